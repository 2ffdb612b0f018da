package commands

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"parley/domain"
	"parley/internal/eventstore"
)

// importRun is one call of Import. An entry of a channel may look at those of
// the same channel before it.
type importRun struct {
	s       *Service
	by      domain.Actor
	entries []Import
	done    []Imported
	at      map[Origin]int
	// found are the appends of entries, of this call and those that it names,
	// that the log held when the call began.
	found map[Origin]eventstore.Result
}

// prepare reads at once what the entries will ask for: which of them and of
// those that they name were imported already, the states of the users who act
// and of the channels.
func (r *importRun) prepare(ctx context.Context) error {
	origins := map[uuid.UUID]Origin{}
	ids := make([]uuid.UUID, 0, len(r.entries))
	ask := func(o Origin) {
		id := domain.OnceID(r.once(o), 0)
		if _, asked := origins[id]; !asked {
			origins[id] = o
			ids = append(ids, id)
		}
	}
	for _, e := range r.entries {
		if e.Input != nil {
			continue
		}
		ask(e.Origin)
		for _, o := range e.names() {
			if _, here := r.at[o]; !here {
				ask(o)
			}
		}
	}
	results, err := r.s.log.Find(ctx, ids...)
	if err != nil {
		return fmt.Errorf("look up imported entries: %w", err)
	}
	r.found = make(map[Origin]eventstore.Result, len(results))
	for id, res := range results {
		r.found[origins[id]] = res
	}
	return r.s.load(ctx, r.states())
}

// names are the entries that an entry speaks of.
func (e Import) names() []Origin {
	names := e.RefsOf
	for _, o := range []*Origin{e.ChannelOf, e.MessageOf} {
		if o != nil {
			names = append(names[:len(names):len(names)], *o)
		}
	}
	return names
}

// states are those of the users who act and of the channels that are known.
func (r *importRun) states() []*state {
	var all []*state
	seen := map[string]bool{}
	want := func(stream string) {
		if !seen[stream] {
			seen[stream] = true
			all = append(all, r.s.state(stream, zeroOf(stream)))
		}
	}
	for _, e := range r.entries {
		if e.Input != nil {
			continue
		}
		if e.As != "" && e.As.Valid() {
			want(domain.UserStream(r.by.App, e.As))
		}
		if c, ok := r.channel(e); ok {
			want(domain.ChannelStream(r.by.App, c))
		}
	}
	return all
}

// inOrder carries out the entries of a channel.
func (r *importRun) inOrder(ctx context.Context, mine []int) {
	for len(mine) > 0 {
		n := r.some(ctx, mine)
		err := r.done[mine[n-1]].Err
		if mine = mine[n:]; failed(err) {
			for _, i := range mine {
				r.done[i].Err = err
			}
			return
		}
	}
}

// some carries out the first entries of a channel, as many as can be decided
// together, and returns how many: one at least.
func (r *importRun) some(ctx context.Context, mine []int) int {
	first := r.entries[mine[0]]
	if res, found := r.found[first.Origin]; found {
		if st, _, ok := r.step(first); ok {
			out, err := r.s.repeated(ctx, st.request, res)
			r.done[mine[0]] = Imported{out, err}
			return 1
		}
	}
	var steps []step
	var channel domain.ChannelID
	for _, i := range mine {
		if _, found := r.found[r.entries[i].Origin]; found {
			break
		}
		st, in, ok := r.step(r.entries[i])
		if !ok {
			break
		}
		steps, channel = append(steps, st), in
	}
	if len(steps) == 0 {
		out, err := r.alone(ctx, first)
		r.done[mine[0]] = Imported{out, err}
		return 1
	}
	answers := r.s.carryOut(ctx, domain.ChannelStream(r.by.App, channel), steps)
	for k, answer := range answers {
		r.done[mine[k]] = answer
	}
	return len(answers)
}

// step makes a step of an entry whose channel and references are known by now.
// The others wait until they are the first: an entry that speaks of one that is
// being decided with it, and all that is wrong or not frequent.
func (r *importRun) step(e Import) (st step, in domain.ChannelID, ok bool) {
	in, ok = r.channel(e)
	if !ok || in <= 0 || e.Input != nil || e.As != "" && !e.As.Valid() || e.MessageOf != nil {
		return step{}, 0, false
	}
	actor, once := r.actor(e), r.once(e.Origin)
	switch e.Op {
	case ImportAddMember:
		return AddMember{By: actor, Channel: in, User: e.User, Role: e.Role, At: e.At, Once: once}.step(), in, true
	case ImportRemoveMember:
		return RemoveMember{By: actor, Channel: in, User: e.User, At: e.At, Once: once}.step(), in, true
	case ImportSend:
		m := r.send(actor, e)
		m.Channel = in
		for _, o := range e.RefsOf {
			name, known := r.wrote(o, e.group())
			if !known || name.Category != "message" || name.Channel != in {
				return step{}, 0, false
			}
			m.Refs, m.Known = append(m.Refs, name.Message), append(m.Known, name.Message)
		}
		return r.s.sending(m, new(string)), in, true
	}
	return step{}, 0, false
}

// send is the command of an entry that sends, but for the channel and the
// references by entries.
func (r *importRun) send(actor domain.Actor, e Import) SendMessage {
	return SendMessage{
		By: actor, Channel: e.Channel, Kind: e.MessageKind, Text: e.Text, Refs: slices.Clip(e.Refs), Mentions: e.Mentions,
		At: e.At, Once: r.once(e.Origin),
	}
}

func (r *importRun) once(o Origin) []string { return ImportOnce(r.by.App, o.Source, o.N) }

// actor is who acts in an entry.
func (r *importRun) actor(e Import) domain.Actor {
	actor := r.by
	if e.As != "" {
		actor = domain.Actor{App: r.by.App, Kind: domain.ActorUser, ID: string(e.As), Request: r.by.Request, Via: r.by.ID}
	}
	actor.Dialect = "import"
	return actor
}

// channel is the channel of an entry if it is known by now.
func (r *importRun) channel(e Import) (domain.ChannelID, bool) {
	switch {
	case e.Op == ImportCreateChannel:
		return 0, false
	case e.ChannelOf == nil:
		return e.Channel, e.Channel > 0
	}
	name, ok := r.wrote(*e.ChannelOf, e.group())
	return name.Channel, ok && name.Category == "channel"
}

// wrote is the stream that an entry wrote, as far as this call knows: in the
// same group before, or in an earlier call.
func (r *importRun) wrote(o Origin, group any) (domain.StreamName, bool) {
	if i, here := r.at[o]; here && r.entries[i].group() == group && r.done[i].Stream.Category != "" {
		return r.done[i].Stream, true
	}
	res, found := r.found[o]
	if !found {
		return domain.StreamName{}, false
	}
	name, err := domain.ParseStream(res.Stream)
	return name, err == nil
}
