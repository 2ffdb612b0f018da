package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
	"parley/internal/server"
)

type demoCmd struct {
	serveCmd
	Pace time.Duration `help:"Mean pause between two live entries; 0 for no live talk." default:"3s"`
}

// Help shows examples.
func (*demoCmd) Help() string {
	return `It takes the settings of parley serve. The rooms hold real chat; curl lines for
them are printed. The page /demo shows two users side by side, in a browser on the
same machine.

Examples:

  parley demo
  parley demo --pace 500ms --data-dir ./talk`
}

const demoDataDir = "./parley-demo"

// excerpt is real chat; testdata/ubuntu-irc/README.md names source and
// licence.
//
//go:embed testdata/ubuntu-irc/excerpt.jsonl
var excerpt string

// entry is a line of the excerpt.
type entry struct {
	N    int64  `json:"n"`
	Room string `json:"room"`
	Type string `json:"type"`
	User string `json:"user"`
	Text string `json:"text"`
}

// demoHistory is how many entries of each room are there from the start; the
// rest is talked live.
const demoHistory = 60

// Run serves with a few rooms in which people from real logs join and talk.
// Every entry has a once-scope, so a demo started again goes on where it was.
func (c *demoCmd) Run(g *globals) error {
	if c.DataDir == "" {
		c.DataDir = demoDataDir
	}
	c.DrainDelay = 0 // nobody balances a demo
	logger := newLogger(c.LogFormat, g.stderr)
	talking, stop := context.WithCancel(g.ctx)
	var talk sync.WaitGroup
	err := c.run(g, func(ctx context.Context, s *server.Server, url string) error {
		keys, err := s.Commands.SigningKeys(ctx, firstApp, "")
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			return refusal{exitUsage, fmt.Errorf("the demo talks in app %s: declare it with a native key in the bootstrap file, or start without one", firstApp)}
		}
		d, err := newDemo(ctx, s)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		for _, e := range d.history {
			if _, err := d.play(ctx, e); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
		}
		if err := d.welcome(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		if err := d.describe(g, url, keys[0]); err != nil {
			return err
		}
		s.Handler = c.page(s, logger)
		if c.Pace > 0 {
			s.BeforeClose(func() { stop(); talk.Wait() })
			talk.Go(func() { d.talk(talking, c.Pace, logger) })
		}
		return nil
	})
	stop()
	talk.Wait()
	return err
}

// demo plays the excerpt against a server.
type demo struct {
	server        *server.Server
	rooms         map[string]domain.ChannelID
	names         []string
	history, live []entry
	present       map[presence]bool
}

// newDemo makes the rooms, owned by the first user, and joins nobody else.
func newDemo(ctx context.Context, s *server.Server) (*demo, error) {
	d := &demo{server: s, rooms: map[string]domain.ChannelID{}, present: map[presence]bool{}}
	played := map[string]int{}
	for lines := bufio.NewScanner(strings.NewReader(excerpt)); lines.Scan(); {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("read the excerpt: %w", err)
		}
		if _, ok := d.rooms[e.Room]; !ok {
			out, err := s.Commands.CreateChannel(ctx, commands.CreateChannel{
				By: demoUser(string(firstUser)), Kind: domain.Room, Name: e.Room,
				Once: commands.ImportOnce(firstApp, "demo rooms", int64(len(d.names))),
			})
			if err != nil {
				return nil, err
			}
			d.rooms[e.Room] = out.Stream.Channel
			d.names = append(d.names, e.Room)
		}
		if played[e.Room]++; played[e.Room] <= demoHistory {
			d.history = append(d.history, e)
		} else {
			d.live = append(d.live, e)
		}
	}
	d.live = interleave(d.live, d.names)
	return d, nil
}

// interleave lets the rooms talk at the same time, each in its own order.
func interleave(entries []entry, rooms []string) []entry {
	byRoom := map[string][]entry{}
	for _, e := range entries {
		byRoom[e.Room] = append(byRoom[e.Room], e)
	}
	mixed := make([]entry, 0, len(entries))
	for len(mixed) < len(entries) {
		for _, room := range rooms {
			if rest := byRoom[room]; len(rest) > 0 {
				mixed, byRoom[room] = append(mixed, rest[0]), rest[1:]
			}
		}
	}
	return mixed
}

func demoUser(id string) domain.Actor {
	return domain.Actor{App: firstApp, Kind: domain.ActorUser, ID: id, Dialect: "demo"}
}

// play carries out an entry; done tells that it was there already. Who is
// present follows from the excerpt alone, so every run plays the same.
func (d *demo) play(ctx context.Context, e entry) (done bool, err error) {
	switch e.Type {
	case "join":
		return d.join(ctx, e, e.User)
	case "leave":
		return d.leave(ctx, e)
	case "nick":
		if _, err := d.leave(ctx, e); err != nil {
			return false, err
		}
		return d.join(ctx, e, e.Text)
	}
	if strings.TrimSpace(e.Text) == "" {
		return true, nil
	}
	if _, err := d.join(ctx, e, e.User); err != nil {
		return false, err
	}
	kind := domain.Text
	if e.Type == "action" {
		kind = domain.ActionIt
	}
	out, err := d.server.Commands.SendMessage(ctx, commands.SendMessage{
		By: demoUser(e.User), Channel: d.rooms[e.Room], Kind: kind, Text: e.Text, Once: commands.ImportOnce(firstApp, "demo", e.N),
	})
	if errors.Is(err, domain.ErrNotMember) {
		return true, nil // said in an earlier run, in which the user has left since
	}
	return out.Repeated, err
}

// presence is a user in a room.
type presence struct{ room, user string }

// join makes a user a member unless it is there.
func (d *demo) join(ctx context.Context, e entry, user string) (done bool, err error) {
	if d.present[presence{e.Room, user}] {
		return true, nil
	}
	out, err := d.server.Commands.AddMember(ctx, commands.AddMember{
		By: demoUser(user), Channel: d.rooms[e.Room], User: domain.UserID(user),
		Once: commands.ImportOnce(firstApp, "demo joins", e.N),
	})
	if err == nil {
		d.present[presence{e.Room, user}] = true
	}
	return out.Repeated, err
}

// leave takes a user out if it is there.
func (d *demo) leave(ctx context.Context, e entry) (done bool, err error) {
	if !d.present[presence{e.Room, e.User}] {
		return true, nil
	}
	delete(d.present, presence{e.Room, e.User})
	out, err := d.server.Commands.RemoveMember(ctx, commands.RemoveMember{
		By: demoUser(e.User), Channel: d.rooms[e.Room], User: domain.UserID(e.User),
		Once: commands.ImportOnce(firstApp, "demo leaves", e.N),
	})
	if errors.Is(err, domain.ErrNotMember) {
		return true, nil // left in an earlier run
	}
	return out.Repeated, err
}

// talk plays the rest at a human pace until the context ends or the excerpt
// does.
func (d *demo) talk(ctx context.Context, pace time.Duration, logger *slog.Logger) {
	for _, e := range d.live {
		done, err := d.play(ctx, e)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			logger.Warn("demo talk", "entry", e.N, "err", err)
		case done:
			continue
		}
		select {
		case <-time.After(pace/2 + rand.N(pace)):
		case <-ctx.Done():
			return
		}
	}
}

// describe prints the rooms and how to look into them.
func (d *demo) describe(g *globals, url string, key commands.SigningKey) error {
	token, err := auth.Sign(key, firstApp, firstUser, "Guest", time.Now(), firstTTL)
	if err != nil {
		return err
	}
	fmt.Fprintln(g.stdout, "Rooms in which people talk (real chat of the Ubuntu support channel, CC BY 4.0, see cmd/parley/testdata):")
	fmt.Fprintln(g.stdout)
	for _, name := range d.names {
		fmt.Fprintf(g.stdout, "curl -H 'Authorization: Bearer %s' '%s/v1/channels/%s/messages?limit=5'   # %s\n", token, url, d.rooms[name], name)
	}
	_, err = fmt.Fprintf(g.stdout, "\nThe demo page, two users side by side: %s/demo/\n\n", url)
	return err
}
