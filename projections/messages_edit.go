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

// storeEditions keeps what each edit made of its message.
func (t *timeline) storeEditions(b *pgx.Batch) {
	n := len(t.editions)
	if n == 0 {
		return
	}
	apps, editors, refs, mentions := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	channels, messages, versions, ats := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	events, sealed := make([]uuid.UUID, n), make([][]byte, n)
	for i, e := range t.editions {
		apps[i], channels[i], messages[i], versions[i] = string(e.key.app), int64(e.key.channel), int64(e.key.message), e.edit.Version
		editors[i], ats[i], events[i], sealed[i] = string(e.edit.By), e.at, e.event, blob(e.edit.Sealed)
		refs[i], mentions[i] = arrayTexts(e.refs, e.mentions)
	}
	b.Queue(`
		INSERT INTO edits (app, channel, message, version, editor, edited_at, event, sealed, refs, mentions)
		SELECT app, channel, message, version, editor, edited_at, event, sealed,
			CASE WHEN refs <> '' THEN refs::bigint[] END,
			CASE WHEN mentions <> '' THEN mentions::text[] END
		FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::uuid[],
			$8::bytea[], $9::text[], $10::text[])
			AS n (app, channel, message, version, editor, edited_at, event, sealed, refs, mentions)`,
		apps, channels, messages, versions, editors, ats, events, sealed, refs, mentions)
}
