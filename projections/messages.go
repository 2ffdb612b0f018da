package projections

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// messageRow is a row of messages sent in this batch.
type messageRow struct {
	key                   messageKey
	seq, position, sentAt int64
	event                 uuid.UUID
	sent                  domain.MessageSent
	messageEdit
}

// messageEdit is what edits and a deletion make of a message.
type messageEdit struct {
	version             int64
	editedAt, deletedAt *int64
	editEvent           *uuid.UUID
	editSealed          []byte
	editRefs            []int64
	editMentions        []string
	deletedBy           *string
	edited              bool
}

func (t *timeline) applyMessage(r domain.Recorded, c *counters) {
	k := messageOf(r, r.Stream.Message)
	switch e := r.Event.(type) {
	case domain.MessageSent:
		c.sent(k.message, r.Position, r.Time.UnixMilli())
		row := &messageRow{key: k, seq: c.lastMsgSeq, position: r.Position, sentAt: r.Time.UnixMilli(), event: r.ID, sent: e}
		row.version = int64(k.message)
		t.sent, t.rows[k] = append(t.sent, row), row
		if e.Sender != "" {
			t.move(cursorKey{k.channelKey, e.Sender}, c.lastMsgSeq, int64(k.message), r.Time.UnixMilli())
		}
	case domain.MessageEdited:
		edit, at := t.edit(k), r.Time.UnixMilli()
		edit.version, edit.editedAt, edit.editEvent, edit.editSealed = e.Version, &at, &r.ID, blob(e.Sealed)
		edit.editRefs, edit.editMentions = references(e.Refs, e.Mentions)
		edit.edited = true
		t.editions = append(t.editions, editRow{k, at, r.ID, e, edit.editRefs, edit.editMentions})
	case domain.MessageDeleted:
		edit, at, by := t.edit(k), r.Time.UnixMilli(), string(e.By)
		edit.version, edit.deletedAt, edit.deletedBy = e.Version, &at, &by
		edit.editEvent, edit.editSealed, edit.editRefs, edit.editMentions = nil, nil, nil, nil
		if seq := t.seqOf(k); seq > c.lastDeletedSeq {
			c.lastDeletedSeq = seq
		}
	}
}

// edit is where changes to a message gather: its row if the batch sent it.
func (t *timeline) edit(k messageKey) *messageEdit {
	if row, ok := t.rows[k]; ok {
		return &row.messageEdit
	}
	e, ok := t.edits[k]
	if !ok {
		e = &messageEdit{}
		t.edits[k] = e
	}
	return e
}

// seqOf is the msg_seq of a message, 0 if there is none.
func (t *timeline) seqOf(k messageKey) int64 {
	if row, ok := t.rows[k]; ok {
		return row.seq
	}
	return t.known[k]
}

func references(refs []domain.MessageID, mentions []domain.UserID) ([]int64, []string) {
	var r []int64
	for _, ref := range refs {
		r = append(r, int64(ref))
	}
	var m []string
	for _, u := range mentions {
		m = append(m, string(u))
	}
	return r, m
}

// queueKnown asks for the places of older messages that events refer to.
func (t *timeline) queueKnown(b *pgx.Batch, events []domain.Recorded) {
	var apps []string
	var channels, messages []int64
	want := func(k messageKey) {
		apps, channels = append(apps, string(k.app)), append(channels, int64(k.channel))
		messages = append(messages, int64(k.message))
	}
	for _, r := range events {
		switch e := r.Event.(type) {
		case domain.MessageDeleted:
			want(messageOf(r, r.Stream.Message))
		case domain.ReadCursorAdvanced:
			want(messageOf(r, e.Message))
		}
	}
	if len(apps) == 0 {
		return
	}
	b.Queue(`
		SELECT m.app, m.channel, m.message, m.msg_seq
		FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS k (app, channel, message)
		JOIN messages m ON m.app = k.app AND m.channel = k.channel AND m.message = k.message`,
		apps, channels, messages).Query(func(rows pgx.Rows) error {
		var k messageKey
		var seq int64
		_, err := pgx.ForEachRow(rows, []any{&k.app, &k.channel, &k.message, &seq}, func() error {
			t.known[k] = seq
			return nil
		})
		return err
	})
}

// messageRows are the messages sent, with the reactions of the batch.
func (t *timeline) messageRows() Rows {
	n := len(t.sent)
	apps, senders, senderKinds, kinds := make(texts, n), make(texts, n), make(texts, n), make(texts, n)
	channels, seqs, ids, positions := make(ints, n), make(ints, n), make(ints, n), make(ints, n)
	sentAts, versions, threads := make(ints, n), make(ints, n), make(ints, n)
	editedAts, deletedAts := make(intPointers, n), make(intPointers, n)
	events, editEvents := make(uuids, n), make(uuidPointers, n)
	deletedBy, attachments, reactions := make(textPointers, n), make(jsonPointers, n), make(jsonPointers, n)
	refs, mentions, editRefs, editMentions := make(intLists, n), make(textLists, n), make(intLists, n), make(textLists, n)
	sealed, editSealed := make(blobs, n), make(blobs, n)
	slices.SortFunc(t.sent, func(a, b *messageRow) int {
		if a.key.channelKey != b.key.channelKey {
			return a.key.compare(b.key.channelKey)
		}
		return cmp.Compare(a.seq, b.seq)
	})
	for i, m := range t.sent {
		apps[i], channels[i], seqs[i], ids[i] = string(m.key.app), int64(m.key.channel), m.seq, int64(m.key.message)
		positions[i], sentAts[i], editedAts[i], deletedAts[i] = m.position, m.sentAt, m.editedAt, m.deletedAt
		versions[i], threads[i], events[i], editEvents[i] = m.version, int64(m.sent.Thread), m.event, m.editEvent
		senders[i], senderKinds[i], kinds[i] = string(m.sent.Sender), string(m.sent.SenderKind), string(m.sent.Kind)
		deletedBy[i], attachments[i] = m.deletedBy, jsonText(m.sent.Attachments)
		refs[i], mentions[i] = references(m.sent.Refs, m.sent.Mentions)
		editRefs[i], editMentions[i] = m.editRefs, m.editMentions
		sealed[i], editSealed[i] = blob(m.sent.Sealed), m.editSealed
		if y := t.tallies[m.key]; y != nil {
			reactions[i] = y.summary()
		}
	}
	return Rows{"messages", []Column{
		{"app", apps},
		{"channel", channels},
		{"msg_seq", seqs},
		{"message", ids},
		{"position", positions},
		{"sent_at", sentAts},
		{"edited_at", editedAts},
		{"deleted_at", deletedAts},
		{"version", versions},
		{"thread", threads},
		{"event", events},
		{"edit_event", editEvents},
		{"sender", senders},
		{"sender_kind", senderKinds},
		{"kind", kinds},
		{"deleted_by", deletedBy},
		{"refs", refs},
		{"mentions", mentions},
		{"attachments", attachments},
		{"sealed", sealed},
		{"edit_sealed", editSealed},
		{"edit_refs", editRefs},
		{"edit_mentions", editMentions},
		{"reactions", reactions},
	}}
}

func jsonText(a []domain.Attachment) *string {
	if len(a) == 0 {
		return nil
	}
	b, _ := json.Marshal(a)
	s := string(b)
	return &s
}
