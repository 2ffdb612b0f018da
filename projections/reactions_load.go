package projections

import (
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"parley/domain"
)

// wanted is what a batch must know of the stored reactions of a message:
// single rows, by user those of unique reactions, and how many reactions of a
// group it may take back.
type wanted struct {
	rows  map[reactionKey]struct{}
	users map[domain.UserID]int64
	taken map[reactionGroup]int64
}

// wantReactions makes tallies of the older messages whose reactions the batch
// changes; those that it sends itself start without any.
func (t *timeline) wantReactions(events []domain.Recorded) {
	sent := map[messageKey]struct{}{}
	for _, r := range events {
		k := messageOf(r, r.Stream.Message)
		if _, ok := r.Event.(domain.MessageSent); ok {
			sent[k] = struct{}{}
			continue
		}
		if _, ok := sent[k]; ok || !reacts(r) {
			continue
		}
		y := t.tallies[k]
		if y == nil {
			y = newTally()
			y.wanted = wanted{map[reactionKey]struct{}{}, map[domain.UserID]int64{}, map[reactionGroup]int64{}}
			t.tallies[k] = y
		}
		switch e := r.Event.(type) {
		case domain.ReactionAdded:
			y.wanted.note(reactionKey{reactionGroup{e.Kind, e.Name}, e.By}, 0)
		case domain.ReactionRemoved:
			y.wanted.note(reactionKey{reactionGroup{e.Kind, e.Name}, e.By}, 1)
		}
	}
}

func (w *wanted) note(k reactionKey, taken int64) {
	if k.kind == domain.Unique {
		w.users[k.reactor]++
		return
	}
	w.rows[k] = struct{}{}
	if taken > 0 {
		w.taken[k.reactionGroup] += taken
	}
}

// reacts tells the events that change the reactions of a message.
func reacts(r domain.Recorded) bool {
	switch r.Event.(type) {
	case domain.ReactionAdded, domain.ReactionRemoved, domain.MessageDeleted:
		return true
	}
	return false
}

// queueReactions asks for what the batch must know of older messages. A
// message of many reactions is never read whole.
func (t *timeline) queueReactions(b *pgx.Batch, events []domain.Recorded) {
	changes := false
	for _, r := range events {
		changes = changes || reacts(r)
	}
	if !changes {
		return
	}
	t.wantReactions(events)
	var messages, rows, groups, users reactionRows
	for m, y := range t.tallies {
		messages.add(m, reactionKey{}, 0)
		for k := range y.wanted.rows {
			rows.add(m, k, 0)
		}
		for g, n := range y.wanted.taken {
			groups.add(m, reactionKey{reactionGroup: g}, n)
		}
		taken := int64(0) // any user may take from any group
		for _, n := range y.wanted.users {
			taken += n
		}
		for u := range y.wanted.users {
			users.add(m, reactionKey{reactor: u}, taken)
		}
	}
	t.queueSummaries(b, messages)
	t.queueReactionRows(b, rows, users)
	t.queueOldest(b, groups, users)
}

// queueSummaries asks for the summaries. A message that does not exist takes
// no reactions.
func (t *timeline) queueSummaries(b *pgx.Batch, r reactionRows) {
	if len(r.apps) == 0 {
		return
	}
	b.Queue(`
		SELECT m.app, m.channel, m.message, m.deleted_at IS NOT NULL, m.reactions
		FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS k (app, channel, message)
		JOIN messages m ON m.app = k.app AND m.channel = k.channel AND m.message = k.message`,
		r.apps, r.channels, r.messages).Query(func(rows pgx.Rows) error {
		var k messageKey
		var deleted bool
		var text []byte
		found := map[messageKey]*tally{}
		_, err := pgx.ForEachRow(rows, []any{&k.app, &k.channel, &k.message, &deleted, &text}, func() error {
			y := t.tallies[k]
			y.deleted, found[k] = deleted, y
			return y.start(text)
		})
		t.tallies = found
		return err
	})
}

// start takes over the stored summary.
func (y *tally) start(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	var list []reactionSummary
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	y.stored = true
	for _, s := range list {
		g := &reactionCount{count: s.Count, list: make([]reactor, len(s.Users))}
		for i, u := range s.Users {
			g.list[i].user = u
		}
		g.list[0].ref = s.Ref
		y.groups[reactionGroup{s.Kind, s.Name}] = g
	}
	return nil
}

// uniqueReaction is the one of the user and message k. The limit makes it a
// lookup, whatever seems cheaper while there are few.
const uniqueReaction = `
	SELECT r.name, r.count, r.ref FROM reactions r
	WHERE r.app = k.app AND r.channel = k.channel AND r.message = k.message AND r.reactor = k.reactor AND r.kind = 'unique'
	LIMIT 1`

// queueReactionRows asks for the rows that the batch speaks of, and for those
// of the users whose unique reaction it changes.
func (t *timeline) queueReactionRows(b *pgx.Batch, r, users reactionRows) {
	take := func(rows pgx.Rows) error {
		var m messageKey
		var k reactionKey
		var row reactionRow
		_, err := pgx.ForEachRow(rows, []any{&m.app, &m.channel, &m.message, &k.kind, &k.name, &k.reactor, &row.count, &row.ref},
			func() error {
				y := t.tallies[m]
				y.rows[k] = &reactionRow{count: row.count, ref: row.ref, stored: true}
				if k.kind == domain.Unique {
					y.unique[k.reactor] = k.name
				}
				return nil
			})
		return err
	}
	if len(r.apps) > 0 {
		b.Queue(`
			SELECT r.app, r.channel, r.message, r.kind, r.name, r.reactor, r.count, r.ref
			FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
				AS k (app, channel, message, kind, name, reactor)
			JOIN reactions r ON r.app = k.app AND r.channel = k.channel AND r.message = k.message
				AND r.kind = k.kind AND r.name = k.name AND r.reactor = k.reactor`,
			r.apps, r.channels, r.messages, r.kinds, r.names, r.reactors).Query(take)
	}
	if len(users.apps) > 0 {
		b.Queue(`
			SELECT k.app, k.channel, k.message, 'unique', r.name, k.reactor, r.count, r.ref
			FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) AS k (app, channel, message, reactor)
			CROSS JOIN LATERAL (`+uniqueReaction+`) r`,
			users.apps, users.channels, users.messages, users.reactors).Query(take)
	}
}

// queueOldest asks for the oldest reactions of the groups that the batch may
// take from: as many as a summary names once it has taken them.
func (t *timeline) queueOldest(b *pgx.Batch, groups, users reactionRows) {
	take := func(rows pgx.Rows) error {
		var m messageKey
		var k reactionGroup
		var r reactor
		read := map[*reactionCount]bool{}
		_, err := pgx.ForEachRow(rows, []any{&m.app, &m.channel, &m.message, &k.kind, &k.name, &r.user, &r.ref}, func() error {
			g := t.tallies[m].groups[k]
			if !read[g] {
				read[g], g.list = true, g.list[:0]
			}
			g.list = append(g.list, r)
			return nil
		})
		return err
	}
	if len(groups.apps) > 0 {
		b.Queue(`
			SELECT k.app, k.channel, k.message, k.kind, k.name, o.reactor, o.ref
			FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
				AS k (app, channel, message, kind, name, taken)
			CROSS JOIN LATERAL (
				SELECT r.reactor, r.ref FROM reactions r
				WHERE r.app = k.app AND r.channel = k.channel AND r.message = k.message AND r.kind = k.kind AND r.name = k.name
					AND r.ref > 0 -- as the index has it
				ORDER BY r.ref, r.reactor
				LIMIT $7::bigint + k.taken
			) o
			ORDER BY o.ref, o.reactor`,
			groups.apps, groups.channels, groups.messages, groups.kinds, groups.names, groups.counts, shownReactors).Query(take)
	}
	if len(users.apps) > 0 {
		b.Queue(`
			SELECT k.app, k.channel, k.message, 'unique', k.name, o.reactor, o.ref
			FROM (
				SELECT DISTINCT k.app, k.channel, k.message, r.name, k.taken
				FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[]) AS k (app, channel, message, reactor, taken)
				CROSS JOIN LATERAL (`+uniqueReaction+`) r
			) k
			CROSS JOIN LATERAL (
				SELECT r.reactor, r.ref FROM reactions r
				WHERE r.app = k.app AND r.channel = k.channel AND r.message = k.message AND r.kind = 'unique' AND r.name = k.name
					AND r.ref > 0
				ORDER BY r.ref, r.reactor
				LIMIT $6::bigint + k.taken
			) o
			ORDER BY o.ref, o.reactor`,
			users.apps, users.channels, users.messages, users.reactors, users.counts, shownReactors).Query(take)
	}
}
