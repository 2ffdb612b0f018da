package embeddedpg

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// install makes a folder that looks like an installation of a version.
func install(t *testing.T, version string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bin")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLinkOnPathLeadsToTheInstallation(t *testing.T) {
	dir, links := install(t, "98.1 (Somewhere 98.1-2)"), t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "postgres"), filepath.Join(links, "postgres")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", links)
	got, err := findBinaries(t.Context(), "", 0, "")
	if err != nil || got.dir != dir || got.major != 98 {
		t.Fatalf("got %+v, %v, want %s", got, err, dir)
	}
}

func TestInstallationThatFitsTheCluster(t *testing.T) {
	newest, older := install(t, "99beta1"), install(t, "98.1")
	t.Setenv("PATH", newest+string(os.PathListSeparator)+older)
	got, err := findBinaries(t.Context(), "", 98, "/data/pg")
	if err != nil || got.dir != older {
		t.Fatalf("got %+v, %v, want %s", got, err, older)
	}
	_, err = findBinaries(t.Context(), "", 97, "/data/pg")
	other, ok := errors.AsType[*VersionError](err)
	if !ok || other.Cluster != "97" || !slices.Contains(other.Found, 98) {
		t.Fatalf("got %v, want a VersionError", err)
	}
}

func TestNewestOfTheUsualFoldersComesFirst(t *testing.T) {
	dirs := []string{"/usr/lib/postgresql/9.6/bin", "/usr/lib/postgresql/15/bin", "/usr/pgsql-17/bin"}
	slices.SortStableFunc(dirs, newestFirst)
	if dirs[0] != "/usr/pgsql-17/bin" || dirs[1] != "/usr/lib/postgresql/15/bin" {
		t.Fatalf("got %v", dirs)
	}
}

func TestUnusableInstallationsAreNamed(t *testing.T) {
	old := install(t, "12.22")
	half := install(t, "98.1")
	if err := os.Remove(filepath.Join(half, "initdb")); err != nil {
		t.Fatal(err)
	}
	for dir, reason := range map[string]string{old: "version 12 is too old", half: "no initdb"} {
		_, err := findBinaries(t.Context(), dir, 0, "")
		missing, ok := errors.AsType[*MissingBinariesError](err)
		if want := dir + " (" + reason + ")"; !ok || !slices.Contains(missing.Searched, want) {
			t.Fatalf("got %v, want %s", err, want)
		}
	}
}
