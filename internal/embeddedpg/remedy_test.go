package embeddedpg

import "testing"

func TestRemedyFitsTheSystem(t *testing.T) {
	for _, test := range []struct{ goos, release, want string }{
		{"darwin", "", "brew install postgresql@17"},
		{"linux", "ID=debian\n", "apt-get install postgresql"},
		{"linux", "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "apt-get install postgresql"},
		{"linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install postgresql-server"},
		{"linux", "ID=alpine\n", "apk add postgresql"},
	} {
		if got := installCommand(test.goos, test.release); got != test.want {
			t.Errorf("%s %q: got %q, want %q", test.goos, test.release, got, test.want)
		}
	}
}
