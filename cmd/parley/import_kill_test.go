package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/internal/irc"
	"parley/projections"
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

// applied waits until the read models show the whole log.
func (s *scene) applied(t *testing.T) {
	t.Helper()
	head := int64(s.head(t))
	eventually(t, func() error {
		_, stdout, stderr := parley(t, append([]string{"projections", "list", "--json"}, s.args("")[1:]...)...)
		var listed struct {
			Projections []struct{ Position int64 }
		}
		if err := json.Unmarshal([]byte(stdout), &listed); err != nil {
			return fmt.Errorf("%w: %s%s", err, stdout, stderr)
		}
		require.NotEmpty(t, listed.Projections)
		for _, m := range listed.Projections {
			if m.Position < head {
				return errors.New("a read model is behind")
			}
		}
		return nil
	})
}

// dump is the read models of the rooms, ordered, with the names of rooms and
// the numbers of messages instead of ids. Positions and what is sealed are left
// out: rooms are imported side by side, and each sealing is another.
func (s *scene) dump(t *testing.T, names map[string]string) map[string][]string {
	t.Helper()
	var ids []int64
	var rooms []string
	for id, name := range names {
		var n int64
		_, err := fmt.Sscan(id, &n)
		require.NoError(t, err)
		ids, rooms = append(ids, n), append(rooms, name)
	}
	view := strings.NewReplacer(
		"@channels", projections.Directory.View("channels"), "@members", projections.Directory.View("members"),
		"@hidden", projections.Directory.View("hidden"), "@messages", projections.Timeline.View("messages"),
		"@log", projections.Timeline.View("channel_log"), "@counters", projections.Timeline.View("channel_counters"),
		"@cursors", projections.Timeline.View("cursors"), "@edits", projections.Timeline.View("edits"),
		"@reactions", projections.Timeline.View("reactions"),
	)
	conn, err := pgx.Connect(t.Context(), s.url)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	dumped := map[string][]string{}
	for table, columns := range map[string]string{
		"@channels": "r.kind, r.owner, r.pair, r.natural_name, r.created_at, r.deleted",
		"@members":  "r.member, r.role, r.inviter, r.joined_at",
		"@hidden":   "r.hider",
		"@log": `r.seq, r.type, r.actor, r.subject, r.count, r.at,
			(SELECT m.msg_seq FROM @messages m WHERE m.app = r.app AND m.channel = r.channel AND m.message = r.message)`,
		"@messages": `r.msg_seq, r.sent_at, r.edited_at, r.deleted_at, r.thread, r.sender, r.sender_kind, r.kind, r.mentions,
			r.attachments, r.event, (
				SELECT array_agg(m.msg_seq ORDER BY o.n)
				FROM unnest(r.refs) WITH ORDINALITY AS o (message, n)
				JOIN @messages m ON m.app = r.app AND m.channel = r.channel AND m.message = o.message)`,
		"@counters":  "r.last_seq, r.last_msg_seq, r.last_message_at, r.last_deleted_seq, r.max_sent_at, r.disorder",
		"@cursors":   "r.reader, r.read_seq, r.updated_at",
		"@edits":     "r.app",
		"@reactions": "r.app",
	} {
		rows, err := conn.Query(t.Context(), view.Replace(`
			SELECT row(n.room, `+columns+`)::text
			FROM unnest($1::bigint[], $2::text[]) AS n (channel, room)
			JOIN `+table+` r ON r.channel = n.channel AND r.app = 'demo'
			ORDER BY 1`), ids, rooms)
		require.NoError(t, err)
		dumped[table], err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err, table)
	}
	return dumped
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

// requireSame names the first lines that differ: all of them are too many to
// show.
func requireSame(t *testing.T, want, got map[string][]string) {
	t.Helper()
	require.Len(t, got, len(want))
	for k, lines := range want {
		for i := range min(len(lines), len(got[k])) {
			require.Equal(t, lines[i], got[k][i], "%s, line %d", k, i)
		}
		require.Len(t, got[k], len(lines), k)
	}
}
