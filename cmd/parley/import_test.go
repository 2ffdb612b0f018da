package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const excerptFile = "testdata/ubuntu-irc/excerpt.jsonl"

// ordered is everything that happened in the rooms of an app, in order, with
// places instead of ids, and which name each channel has.
func ordered(t *testing.T, x external) (rooms map[string][]string, names map[string]string) {
	t.Helper()
	args := append([]string{"audit", "log", "--app", "demo", "--reveal", "--json"}, x.args("")[1:]...)
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), args, &stdout, &stderr), stderr.String())
	rooms, names = map[string][]string{}, map[string]string{}
	places := map[string]string{}
	for d := json.NewDecoder(&stdout); ; {
		var e struct {
			Type, Channel, Message, Actor, Via string
			Time                               int64
			Data                               map[string]any
		}
		err := d.Decode(&e)
		if err == io.EOF {
			return rooms, names
		}
		require.NoError(t, err)
		if e.Channel == "" || e.Via == "" {
			continue // not of the import
		}
		if e.Type == "ChannelCreated" {
			names[e.Channel] = fmt.Sprint(e.Data["sealed"])
		}
		room := names[e.Channel]
		if refs, ok := e.Data["refs"].([]any); ok {
			for i, r := range refs {
				require.NotEmpty(t, places[r.(string)], "a reference to what was sent before")
				refs[i] = places[r.(string)]
			}
		}
		if e.Message != "" {
			places[e.Message] = fmt.Sprint(room, " ", len(rooms[room]))
		}
		data, err := json.Marshal(e.Data)
		require.NoError(t, err)
		rooms[room] = append(rooms[room], fmt.Sprint(e.Type, " ", e.Actor, " ", e.Via, " ", e.Time, " ", string(data)))
	}
}

func TestRealChatIsImportedOnceWhateverInterrupts(t *testing.T) {
	whole, torn := newExternal(t), newExternal(t)
	start(t, whole.args("serve")...)
	start(t, torn.args("serve")...)
	args := func(x external, more ...string) []string {
		return append(append([]string{"import", "irc", excerptFile}, more...), x.args("")[1:]...)
	}
	code, stdout, stderr := parley(t, args(whole, "--json")...)
	require.Equal(t, exitOK, code, stderr)
	var s importSummary
	require.NoError(t, json.Unmarshal([]byte(stdout), &s))
	lines, err := os.ReadFile(excerptFile)
	require.NoError(t, err)
	require.Equal(t, strings.Count(string(lines), "\n"), s.Entries, "every entry is accounted for")
	require.Equal(t, s.Counts.Entries(), s.Entries)
	require.Positive(t, s.Counts.Messages)

	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(150))*time.Millisecond)
		run(ctx, args(torn), io.Discard, io.Discard)
		cancel()
	}
	code, _, stderr = parley(t, args(torn)...)
	require.Equal(t, exitOK, code, stderr)
	want, _ := ordered(t, whole)
	require.Len(t, want, s.Rooms)
	got, _ := ordered(t, torn)
	require.Equal(t, want, got, "an import that was interrupted ends like one that was not")

	head := torn.head(t)
	code, stdout, _ = parley(t, args(torn)...)
	require.Equal(t, exitOK, code)
	require.Contains(t, stdout, "commands: 0 done,")
	require.Equal(t, head, torn.head(t), "a second run adds nothing")
}

func TestImportSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	x := newExternal(t)
	start(t, x.args("serve")...)
	file := filepath.Join(t.TempDir(), "log.jsonl")
	good := `{"n":%d,"ts":1103966040000,"room":"books","type":"message","user":"ann","text":"hi"}` + "\n"
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, good+"{broken\n"+good, 0, 1), 0o600))
	args := func(more ...string) []string {
		return append(append([]string{"import", "irc", file}, more...), x.args("")[1:]...)
	}

	refused(t, exitFault, []string{"line 2", "--skip-bad"}, args()...)
	require.Equal(t, 1, x.sent(t), "what is before the broken line is imported")
	code, stdout, stderr := parley(t, args("--skip-bad")...)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stderr, "skipped: line 2")
	require.Contains(t, stdout, "3 entries from log.jsonl")
	require.Contains(t, stdout, "1 broken")
	require.Equal(t, 2, x.sent(t))

	refused(t, exitFault, []string{"APP_NOT_FOUND", "parley app list"}, args("--app", "nowhere")...)
	refused(t, exitUsage, []string{"--source"}, args("--source", "größe")...)
}
