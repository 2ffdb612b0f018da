package bench

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// preparers is how many requests prepare a measurement at once.
const preparers = 16

// owner made all channels and is in each; the others are user-0, user-1, ...
const owner = "bench-owner"

func user(i int) string { return "user-" + strconv.Itoa(i) }

// channels is a set of channels that exists on both servers.
type channels []channelNames

// channelNames are the ids of one channel.
type channelNames struct{ parley, floor string }

func (c channelNames) on(t target) string {
	if t.name == floorName {
		return c.floor
	}
	return c.parley
}

// only is the set as one target knows it, in the place of every other's.
func (set channels) only(t target) channels {
	same := make(channels, len(set))
	for i, c := range set {
		same[i] = channelNames{c.on(t), c.on(t)}
	}
	return same
}

// turn lists the channels that one of many clients sends to, in turn: all
// channels are used, each by as few clients as possible.
func turn(client, clients, channels int) []int {
	if clients >= channels {
		return []int{client % channels}
	}
	var list []int
	for c := client; c < channels; c += clients {
		list = append(list, c)
	}
	return list
}

// makeChannels makes n channels and lets user-i into those he needs when so
// many clients as sizes tell send to them.
func (w *world) makeChannels(ctx context.Context, name string, n int, sizes []int) (channels, error) {
	token, err := w.people.token(ctx, owner)
	if err != nil {
		return nil, err
	}
	set := make(channels, n)
	g, making := errgroup.WithContext(ctx)
	g.SetLimit(preparers)
	for i := range set {
		g.Go(func() (err error) {
			set[i].floor = strconv.FormatInt(w.floorChannels.Add(1), 10)
			set[i].parley, err = w.api.group(making, token, fmt.Sprintf("%s %d", name, i))
			return err
		})
	}
	if err := g.Wait(); err != nil || w.people.single() {
		return set, err
	}
	g, making = errgroup.WithContext(ctx)
	g.SetLimit(preparers)
	for m := range memberships(n, sizes) {
		g.Go(func() error { return w.api.addMember(making, token, set[m.channel].parley, user(m.client)) })
	}
	return set, g.Wait()
}

type membership struct{ channel, client int }

func memberships(channels int, sizes []int) map[membership]bool {
	all := map[membership]bool{}
	for _, clients := range sizes {
		for i := range clients {
			for _, c := range turn(i, clients, channels) {
				all[membership{c, i}] = true
			}
		}
	}
	return all
}

// settle waits until everything sent to parley so far is visible.
func (w *world) settle(ctx context.Context, c channelNames) error {
	token, err := w.people.token(ctx, owner)
	if err != nil {
		return err
	}
	at, err := w.api.send(ctx, token, c.parley, "settled")
	if err != nil {
		return err
	}
	return w.api.visible(ctx, token, c.parley, at)
}
