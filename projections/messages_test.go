package projections_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

const messageRows = `
	SELECT msg_seq, message, position, sent_at, edited_at, deleted_at, version, sender, kind, deleted_by,
		convert_from(sealed, 'UTF8') AS sealed, convert_from(edit_sealed, 'UTF8') AS edit_sealed,
		edit_event IS NOT NULL AS has_edit, mentions, edit_mentions
	FROM {t}.messages ORDER BY channel, msg_seq`

const (
	helloByAnn = `sealed:{"text":"hello","sender_name":"ann"}`
	changed    = `sealed:{"text":"changed"}`
)

func TestTimelineOfMessages(t *testing.T) {
	play(t, map[string]scene{
		"numbered per channel": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				j.send(8, 11, "ann")
				j.send(7, 12, "ann")
			},
			from: "SELECT channel, msg_seq, message FROM {t}.messages ORDER BY channel, msg_seq",
			rows: []string{"7|1|10", "7|2|12", "8|1|11"},
		},
		"sent": {
			given: func(j *journal) { j.send(7, 10, "ann") },
			from:  messageRows,
			rows:  []string{"1|10|1|" + at(1) + "|-|-|10|ann|text|-|" + helloByAnn + "|-|false|-|-"},
		},
		"edited twice": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				j.message(7, 10, "ann", edited(20, "ann", "bob", "cid"))
				j.message(7, 10, "ann", edited(30, "ann", "dan"))
			},
			from: messageRows,
			rows: []string{"1|10|1|" + at(1) + "|" + at(3) + "|-|30|ann|text|-|" + helloByAnn + "|" + changed + `|true|-|["dan"]`},
		},
		"deleted keeps what was sent for the sender's name": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				j.message(7, 10, "bob", domain.MessageDeleted{Version: 20, By: "bob"})
			},
			from: messageRows,
			rows: []string{"1|10|1|" + at(1) + "|-|" + at(2) + "|20|ann|text|bob|" + helloByAnn + "|-|false|-|-"},
		},
		"edited, then deleted": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				j.message(7, 10, "ann", edited(20, "ann", "bob"))
				j.message(7, 10, "ann", domain.MessageDeleted{Version: 30, By: "ann"})
			},
			from: messageRows,
			rows: []string{"1|10|1|" + at(1) + "|" + at(2) + "|" + at(3) + "|30|ann|text|ann|" + helloByAnn + "|-|false|-|-"},
		},
		"an edit leaves what the message was sent with": {
			given: func(j *journal) {
				e := said("ann")
				e.Mentions = []domain.UserID{"bob"}
				j.message(7, 10, "ann", e)
				j.message(7, 10, "ann", edited(20, "ann"))
			},
			from: messageRows,
			rows: []string{"1|10|1|" + at(1) + "|" + at(2) + "|-|20|ann|text|-|" + helloByAnn + "|" + changed + `|true|["bob"]|-`},
		},
		"each edit has a row, which a deletion leaves": {
			given: func(j *journal) {
				j.send(7, 10, "ann")
				edit := edited(20, "ann", "bob", "cid")
				edit.Refs = []domain.MessageID{4, 5}
				j.message(7, 10, "ann", edit)
				j.message(7, 10, "bob", edited(30, "bob"))
				j.message(7, 10, "ann", domain.MessageDeleted{Version: 40, By: "ann"})
			},
			from: `
				SELECT channel, message, version, editor, edited_at, event IS NOT NULL AS has_event,
					convert_from(sealed, 'UTF8') AS sealed, refs, mentions
				FROM {t}.edits ORDER BY channel, message, version`,
			rows: []string{
				"7|10|20|ann|" + at(2) + "|true|" + changed + `|[4,5]|["bob","cid"]`,
				"7|10|30|bob|" + at(3) + "|true|" + changed + "|-|-",
			},
		},
		"nobody's": {
			given: func(j *journal) {
				e := said("")
				e.SenderKind = domain.ActorSystem
				j.message(7, 10, "", e)
			},
			from: "SELECT sender, sender_kind FROM {t}.messages",
			rows: []string{"|system"},
		},
	})
}

// TestEditsMeetTheirMessageInEveryCut applies send, edit, edit, deletion in
// every way to cut them into batches.
func TestEditsMeetTheirMessageInEveryCut(t *testing.T) {
	pool := database(t)
	m := newModel(t, pool, "m")
	j := newJournal(t)
	j.send(7, 10, "ann")
	j.message(7, 10, "ann", edited(20, "ann", "bob"))
	j.send(7, 11, "bob")
	j.message(7, 10, "ann", edited(30, "ann"))
	j.message(7, 10, "ann", domain.MessageDeleted{Version: 40, By: "ann"})
	events := all(t, j.log)
	m.apply(t, events)
	want := m.dump(t)
	for cuts := range 1 << (len(events) - 1) {
		m.clear(t)
		from := 0
		for i := range events {
			if i == len(events)-1 || cuts&(1<<i) != 0 {
				m.apply(t, events[from:i+1])
				from = i + 1
			}
		}
		same(t, want, m.dump(t), "cut at the bits of %b", cuts)
	}
}

// odd are texts that an encoding of arrays could break on.
var odd = []domain.UserID{
	"plain", `quo"te`, `back\slash`, `\`, `"`, "comma,comma", "NULL", "null", "{brace}", "{", "}", " blank ", "<&>'",
	"日本語", "🙂", "line\u2028sep", `\u003c`, `\x41`, "%20", "$1",
}

func TestOddTextsSurviveInArraysAndAttachments(t *testing.T) {
	pool := database(t)
	m := newModel(t, pool, "m")
	attachments := make([]domain.Attachment, len(odd))
	for i, u := range odd {
		attachments[i] = domain.Attachment{Asset: string(u), Type: "<t/" + string(u) + ">", Size: int64(i)}
	}
	full := func() domain.MessageSent {
		e := said("ann")
		e.Mentions, e.Attachments, e.Refs, e.Thread = odd, attachments, []domain.MessageID{1, 1<<63 - 1}, 5
		return e
	}
	j := newJournal(t)
	j.message(7, 10, "ann", full())
	j.send(7, 11, "ann")
	edit := edited(20, "ann", odd...)
	edit.Refs = full().Refs
	j.message(7, 11, "ann", edit)
	for _, sizes := range [][]int{nil, {1, 1}} {
		m.clear(t)
		m.applyIn(t, all(t, j.log), sizes...)
		for _, from := range []string{
			"SELECT mentions, refs FROM m_timeline.messages WHERE message = 10",
			"SELECT edit_mentions, edit_refs FROM m_timeline.messages WHERE message = 11",
			"SELECT mentions, refs FROM m_timeline.edits WHERE message = 11",
		} {
			var mentions []domain.UserID
			var refs []int64
			require.NoError(t, pool.QueryRow(t.Context(), from).Scan(&mentions, &refs), from)
			require.Equal(t, odd, mentions)
			require.Equal(t, []int64{1, 1<<63 - 1}, refs)
		}
		var got []domain.Attachment
		var thread int64
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT attachments, thread FROM m_timeline.messages WHERE message = 10").
			Scan(&got, &thread))
		require.Equal(t, attachments, got)
		require.EqualValues(t, 5, thread)
	}
}
