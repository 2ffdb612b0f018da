package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
	"parley/internal/server"
	demopage "parley/web/demo"
)

// samples are the users of the demo page; each has a window.
var samples = []struct {
	id   domain.UserID
	name string
}{{"ann", "Ann"}, {"bob", "Bob"}}

// pageTTL is how long a token of the page is good; it asks for the next one.
const pageTTL = 15 * time.Minute

// welcome gives the sample users their names, a group, a direct conversation
// and the rooms. Each step is done once: what users did since stays.
func (d *demo) welcome(ctx context.Context) error {
	for _, u := range samples {
		named := demoUser(string(u.id))
		named.Name, named.NameIssued = u.name, time.Unix(1, 0) // the name of any token is newer
		if done := d.server.Commands.NameFromToken(ctx, named, sha256.Sum256([]byte("demo page "+u.id))); done != nil {
			<-done
		}
	}
	first, second := demoUser(string(samples[0].id)), samples[1].id
	group, err := d.server.Commands.CreateChannel(ctx, commands.CreateChannel{
		By: first, Kind: domain.Group, Name: "Team", Once: commands.ImportOnce(firstApp, "demo page", 1),
	})
	if err != nil {
		return ended(err)
	}
	_, err = d.server.Commands.AddMember(ctx, commands.AddMember{
		By: first, Channel: group.Stream.Channel, User: second, Once: commands.ImportOnce(firstApp, "demo page", 2),
	})
	if ended(err) != nil {
		return err
	}
	_, err = d.server.Commands.CreateChannel(ctx, commands.CreateChannel{By: first, Kind: domain.DM, User: second})
	if ended(err) != nil {
		return err
	}
	for n, room := range d.names {
		for i, u := range samples {
			_, err := d.server.Commands.AddMember(ctx, commands.AddMember{
				By: demoUser(string(u.id)), Channel: d.rooms[room], User: u.id,
				Once: commands.ImportOnce(firstApp, "demo page rooms", int64(n*len(samples)+i)),
			})
			if ended(err) != nil {
				return err
			}
		}
	}
	return nil
}

// ended is nil for a refusal: users have changed what the demo had made.
func ended(err error) error {
	if refused := (*domain.Error)(nil); errors.As(err, &refused) {
		return nil
	}
	return err
}

// page is the handler with the demo page in front.
func (c *demoCmd) page(s *server.Server, logger *slog.Logger) http.Handler {
	p := &demopage.Page{Logger: logger, Images: originOf(c.AssetURL), Users: func(ctx context.Context) ([]demopage.User, error) {
		keys, err := s.Commands.SigningKeys(ctx, firstApp, "")
		if err != nil || len(keys) == 0 {
			return nil, fmt.Errorf("no key of app %s: %w", firstApp, err)
		}
		now := time.Now()
		users := make([]demopage.User, len(samples))
		for i, u := range samples {
			token, err := auth.Sign(keys[0], firstApp, u.id, u.name, now, pageTTL)
			if err != nil {
				return nil, err
			}
			users[i] = demopage.User{ID: string(u.id), Name: u.name, Token: token, Expires: now.Add(pageTTL).Unix()}
		}
		return users, nil
	}}
	return p.Over(s.Handler)
}

// originOf is the origin of a configured base of files, empty without one.
func originOf(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
