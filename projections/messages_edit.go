package projections

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// editRow is a row of edits: what one edit made of a message.
type editRow struct {
	key      messageKey
	at       int64
	event    uuid.UUID
	edit     domain.MessageEdited
	refs     []int64
	mentions []string
}

// storeEdits changes the rows of older messages.
func (t *timeline) storeEdits(b *pgx.Batch) {
	for k, e := range t.edits {
		b.Queue(`
			UPDATE messages SET version = $4,
				edited_at = coalesce($5, edited_at),
				deleted_at = $6, deleted_by = $7,
				edit_event = CASE WHEN $8 OR $6::bigint IS NOT NULL THEN $9 ELSE edit_event END,
				edit_sealed = CASE WHEN $8 OR $6::bigint IS NOT NULL THEN $10 ELSE edit_sealed END,
				edit_refs = CASE WHEN $8 OR $6::bigint IS NOT NULL THEN $11 ELSE edit_refs END,
				edit_mentions = CASE WHEN $8 OR $6::bigint IS NOT NULL THEN $12 ELSE edit_mentions END
			WHERE app = $1 AND channel = $2 AND message = $3`,
			k.app, int64(k.channel), int64(k.message), e.version, e.editedAt, e.deletedAt, e.deletedBy,
			e.edited, e.editEvent, e.editSealed, e.editRefs, e.editMentions)
	}
}

// editionRows are what each edit made of its message.
func (t *timeline) editionRows() Rows {
	n := len(t.editions)
	apps, editors := make(texts, n), make(texts, n)
	channels, messages, versions, ats := make(ints, n), make(ints, n), make(ints, n), make(ints, n)
	events, sealed, refs, mentions := make(uuids, n), make(blobs, n), make(intLists, n), make(textLists, n)
	for i, e := range t.editions {
		apps[i], channels[i], messages[i], versions[i] = string(e.key.app), int64(e.key.channel), int64(e.key.message), e.edit.Version
		editors[i], ats[i], events[i], sealed[i] = string(e.edit.By), e.at, e.event, blob(e.edit.Sealed)
		refs[i], mentions[i] = e.refs, e.mentions
	}
	return Rows{"edits", []Column{
		{"app", apps},
		{"channel", channels},
		{"message", messages},
		{"version", versions},
		{"editor", editors},
		{"edited_at", ats},
		{"event", events},
		{"sealed", sealed},
		{"refs", refs},
		{"mentions", mentions},
	}}
}
