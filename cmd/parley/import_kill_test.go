package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"parley/internal/irc"
)

// mortal is a process of its own, which a test can kill.
type mortal struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	exited         chan struct{} // closed when it has ended
}

func beget(t *testing.T, args ...string) *mortal {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	m := &mortal{cmd: exec.Command(self, args...), exited: make(chan struct{})}
	m.cmd.Env, m.cmd.Stderr = append(os.Environ(), asParley+"=1"), &m.stderr
	out, err := m.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, m.cmd.Start())
	ready := make(chan struct{})
	go func() {
		defer close(m.exited)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(&m.stdout, lines.Text())
			if strings.HasPrefix(lines.Text(), "ready on ") {
				close(ready)
			}
		}
		_ = m.cmd.Wait() // how it ended is asked later
	}()
	t.Cleanup(func() { m.kill() })
	if args[0] == "serve" {
		select {
		case <-ready:
		case <-m.exited:
			t.Fatalf("the server ended before it was ready:\n%s", m.stderr.String())
		case <-time.After(patience):
			t.Fatal("the server is not ready")
		}
	}
	return m
}

func (m *mortal) kill() {
	_ = m.cmd.Process.Kill() // it may have ended by itself
	<-m.exited
}

// ended waits for a process that is to end well.
func (m *mortal) ended(t *testing.T) string {
	t.Helper()
	select {
	case <-m.exited:
	case <-time.After(20 * time.Minute):
		t.Fatal("it does not end")
	}
	require.Equal(t, exitOK, m.cmd.ProcessState.ExitCode(), m.stderr.String())
	return m.stdout.String()
}

// scene is a database on which a server and an import run.
type scene struct {
	external
	addr, file     string
	server, client *mortal
}

func newScene(t *testing.T, file string) *scene {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	s := &scene{external: newExternal(t), addr: l.Addr().String(), file: file}
	s.serve(t)
	return s
}

func (s *scene) serve(t *testing.T) {
	t.Helper()
	s.server = beget(t, s.args("serve", "--addr", s.addr, "--admin-addr", "127.0.0.1:0")...)
}

func (s *scene) load(t *testing.T) {
	t.Helper()
	s.client = beget(t, append([]string{"import", "irc", s.file, "--json"}, s.args("")[1:]...)...)
}

// reached waits until the log has come to a position or the import has ended.
func (s *scene) reached(t *testing.T, position int) {
	t.Helper()
	for tick := time.NewTicker(5 * time.Millisecond); s.head(t) < position; {
		select {
		case <-tick.C:
		case <-s.client.exited:
			return
		}
	}
}

// interrupt kills the client and the server, three times in all, somewhere on
// the way to the head of the log.
func (s *scene) interrupt(t *testing.T, head int) {
	t.Helper()
	victims := []string{"client", "server", []string{"client", "server"}[rand.IntN(2)]}
	rand.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	moments := []int{rand.IntN(head), rand.IntN(head), rand.IntN(head)}
	slices.Sort(moments)
	for i, victim := range victims {
		s.reached(t, moments[i])
		t.Logf("the %s is killed when the log is at %d of %d", victim, s.head(t), head)
		if victim == "server" {
			s.server.kill()
			s.serve(t)
			continue
		}
		s.client.kill()
		s.load(t)
	}
}

// importFile is the file of the test, the excerpt unless the environment names
// another.
func importFile() (path string) {
	if path = os.Getenv("PARLEY_TEST_IMPORT_FILE"); path == "" {
		path = excerptFile
	}
	return path
}

func entriesOf(t *testing.T, path string) (n int) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	r, err := irc.NewReader(f)
	require.NoError(t, err)
	for ; err == nil; n++ {
		_, err = r.Next()
	}
	return n - 1
}

func summaryOf(t *testing.T, stdout string) (s importSummary) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(stdout), &s), stdout)
	return s
}

func TestAKilledImportEndsLikeOneThatWasNot(t *testing.T) {
	file := importFile()
	whole, torn := newScene(t, file), newScene(t, file)
	whole.load(t)
	s := summaryOf(t, whole.client.ended(t))
	require.Equal(t, entriesOf(t, file), s.Entries)
	require.Equal(t, s.Counts.Entries(), s.Entries, "every entry is accounted for")
	require.Equal(t, map[string]int{irc.Done: s.Commands[irc.Done]}, s.Commands)
	t.Logf("not interrupted: %d entries in %.1f s", s.Entries, s.Seconds)

	torn.load(t)
	torn.interrupt(t, whole.head(t))
	again := summaryOf(t, torn.client.ended(t))
	require.Equal(t, s.Counts, again.Counts)
	require.Equal(t, s.Commands[irc.Done], again.Commands[irc.Done]+again.Commands[irc.Repeated])
	require.Equal(t, whole.head(t), torn.head(t))

	want, names := ordered(t, whole.external)
	got, tornNames := ordered(t, torn.external)
	require.Len(t, want, s.Rooms)
	requireSame(t, want, got)
	whole.applied(t)
	torn.applied(t)
	shown := whole.dump(t, names)
	require.Len(t, shown["@messages"], s.Counts.Messages+s.Counts.Actions)
	requireSame(t, shown, torn.dump(t, tornNames))

	head := torn.head(t)
	torn.load(t)
	second := summaryOf(t, torn.client.ended(t))
	require.Equal(t, map[string]int{irc.Repeated: s.Commands[irc.Done]}, second.Commands)
	require.Equal(t, head, torn.head(t), "a second run adds nothing")
	t.Logf("again: %d entries in %.1f s", second.Entries, second.Seconds)
}
