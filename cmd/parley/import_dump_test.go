package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"parley/projections"
)

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
		"@messages", projections.Timeline.View("messages"),
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
		"@log": `r.seq, r.type, r.actor, r.subject, r.count, r.at,
			(SELECT m.msg_seq FROM @messages m WHERE m.app = r.app AND m.channel = r.channel AND m.message = r.message)`,
		"@messages": `r.msg_seq, r.sent_at, r.edited_at, r.deleted_at, r.thread, r.sender, r.sender_kind, r.kind, r.mentions,
			r.attachments, r.event, (
				SELECT array_agg(m.msg_seq ORDER BY o.n)
				FROM unnest(r.refs) WITH ORDINALITY AS o (message, n)
				JOIN @messages m ON m.app = r.app AND m.channel = r.channel AND m.message = o.message)`,
		"@counters":  "r.kind, r.owner, r.created_at, r.deleted, r.last_seq, r.last_msg_seq, r.last_message_at, r.last_deleted_seq, r.max_sent_at, r.disorder",
		"@cursors":   "r.reader, r.role, r.hidden > 0, r.other, r.read_seq, r.updated_at",
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
