package projections

import "github.com/jackc/pgx/v5"

// reactionRows are keys of reactions as columns.
type reactionRows struct {
	apps, kinds, names, reactors []string
	channels, messages, counts   []int64
}

func (r *reactionRows) add(m messageKey, k reactionKey, count int64) {
	r.apps, r.channels = append(r.apps, string(m.app)), append(r.channels, int64(m.channel))
	r.messages, r.counts = append(r.messages, int64(m.message)), append(r.counts, count)
	r.kinds, r.names = append(r.kinds, string(k.kind)), append(r.names, k.name)
	r.reactors = append(r.reactors, string(k.reactor))
}

// storeReactions writes the rows that changed, and one summary for each
// older message.
func (t *timeline) storeReactions(b *pgx.Batch) {
	var wiped, gone, kept, changed reactionRows
	var refs []int64
	var summaries []*string
	for m, y := range t.tallies {
		if !y.changed {
			continue
		}
		if t.rows[m] == nil { // else it is in the new row
			changed.add(m, reactionKey{}, 0)
			summaries = append(summaries, y.summary())
		}
		if y.deleted && y.stored {
			wiped.add(m, reactionKey{}, 0)
		}
		for k, row := range y.rows {
			switch {
			case row.changed && row.count > 0:
				kept.add(m, k, row.count)
				refs = append(refs, row.ref)
			case row.changed && row.stored:
				gone.add(m, k, 0)
			}
		}
	}
	wiped.queueWipe(b)
	gone.queueDelete(b)
	kept.queueUpsert(b, refs)
	changed.queueSummaries(b, summaries)
}

func (r *reactionRows) queueWipe(b *pgx.Batch) {
	if len(r.apps) == 0 {
		return
	}
	b.Queue(`
		DELETE FROM reactions r USING unnest($1::text[], $2::bigint[], $3::bigint[]) AS k (app, channel, message)
		WHERE r.app = k.app AND r.channel = k.channel AND r.message = k.message`, r.apps, r.channels, r.messages)
}

func (r *reactionRows) queueDelete(b *pgx.Batch) {
	if len(r.apps) == 0 {
		return
	}
	b.Queue(`
		DELETE FROM reactions r USING unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
			AS k (app, channel, message, kind, name, reactor)
		WHERE r.app = k.app AND r.channel = k.channel AND r.message = k.message
			AND r.kind = k.kind AND r.name = k.name AND r.reactor = k.reactor`,
		r.apps, r.channels, r.messages, r.kinds, r.names, r.reactors)
}

func (r *reactionRows) queueUpsert(b *pgx.Batch, refs []int64) {
	if len(r.apps) == 0 {
		return
	}
	b.Queue(`
		INSERT INTO reactions (app, channel, message, kind, name, reactor, count, ref)
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
		ON CONFLICT (app, channel, message, kind, name, reactor) DO UPDATE SET count = excluded.count, ref = excluded.ref`,
		r.apps, r.channels, r.messages, r.kinds, r.names, r.reactors, r.counts, refs)
}

func (r *reactionRows) queueSummaries(b *pgx.Batch, summaries []*string) {
	if len(r.apps) == 0 {
		return
	}
	b.Queue(`
		UPDATE messages m SET reactions = k.reactions::jsonb
		FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) AS k (app, channel, message, reactions)
		WHERE m.app = k.app AND m.channel = k.channel AND m.message = k.message`, r.apps, r.channels, r.messages, summaries)
}
