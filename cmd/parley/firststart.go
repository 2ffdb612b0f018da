package main

import (
	"fmt"
	"time"

	"parley/commands"
	"parley/domain"
	"parley/internal/auth"
	"parley/internal/server"
)

// What the first start makes.
const (
	firstApp  = domain.AppID("demo")
	firstKey  = "root"
	firstUser = domain.UserID("guest")
	firstTTL  = 7 * 24 * time.Hour
)

// firstStart makes the app demo with a key, a user token and a room, and
// prints how to use them. The key is shown this once.
func firstStart(g *globals, s *server.Server, url string) error {
	secret := commands.DrawSecret()
	_, err := s.Commands.DeclareApp(g.ctx, commands.DeclareApp{By: operator, App: firstApp, Keys: []commands.DeclareKey{{
		ID: firstKey, Secret: secret, Capability: map[string][]string{"*": {"*"}}, Native: true,
	}}})
	if err != nil {
		return fmt.Errorf("make the first app: %w", err)
	}
	key := domain.KeyName(string(firstApp) + "." + firstKey)
	token, err := auth.Sign(commands.SigningKey{Key: key, Secret: secret}, firstApp, firstUser, "Guest", time.Now(), firstTTL)
	if err != nil {
		return err
	}
	room, err := s.Commands.CreateChannel(g.ctx, commands.CreateChannel{
		By: domain.Actor{App: firstApp, Kind: domain.ActorUser, ID: string(firstUser), Dialect: "cli"}, Kind: domain.Room, Name: "Lobby",
	})
	if err != nil {
		return fmt.Errorf("make the first room: %w", err)
	}
	messages := fmt.Sprintf("%s/v1/channels/%s/messages", url, room.Stream.Channel)
	_, err = fmt.Fprintf(g.stdout, `First start: app %s with one key, which is shown this once:

  %s:%s

A token for user %s, valid for %d days:

  %s

Try it:

curl -H 'Authorization: Bearer %s' %s/v1/channels
curl -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"body":"Hello, parley"}' %s
curl -H 'Authorization: Bearer %s' %s

More tokens: parley token --app %s --user NAME. Your own apps and keys: parley app create and parley key create,
or parley serve --bootstrap FILE.

`, firstApp, key, secret, firstUser, int(firstTTL.Hours()/24), token,
		token, url, token, messages, token, messages, firstApp)
	return err
}
