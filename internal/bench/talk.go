package bench

import (
	"context"
	"log/slog"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore/postgres"
	"parley/internal/keyring"
)

// writeLog fills an empty log with what people say, through commands and
// without any projection.
func writeLog(ctx context.Context, o ProjectionsOptions, pool *pgxpool.Pool, rootKey string, logger *slog.Logger) error {
	keys, err := keyring.Open(ctx, pool, keyring.Config{RootKeyFile: rootKey, Logger: logger})
	if err != nil {
		return err
	}
	defer keys.Close()
	log, err := postgres.Open(ctx, pool, postgres.Config{Logger: logger})
	if err != nil {
		return err
	}
	defer log.Close()
	service, err := commands.New(commands.Config{Log: log, Keys: keys, Logger: logger, Fingerprint: keyring.Fingerprint})
	if err != nil {
		return err
	}
	running, cancel := context.WithCancel(ctx)
	var loops sync.WaitGroup
	defer loops.Wait()
	defer cancel()
	started := make(chan struct{})
	loops.Go(func() { _ = service.Run(running, started) })
	return talk(ctx, service, o)
}

// talkers send at once when nothing but the log is wanted.
const talkers = 64

// talk lets people send messages to rooms through the command side.
func talk(ctx context.Context, s *commands.Service, o ProjectionsOptions) error {
	by := func(name string) domain.Actor {
		return domain.Actor{App: "bench", Kind: domain.ActorUser, ID: name, Dialect: "cli"}
	}
	if _, err := s.DeclareApp(ctx, commands.DeclareApp{By: domain.Actor{Kind: domain.ActorSystem, ID: "operator", Dialect: "cli"}, App: "bench"}); err != nil {
		return err
	}
	set := make([]domain.ChannelID, o.Channels)
	for i := range set {
		out, err := s.CreateChannel(ctx, commands.CreateChannel{By: by(owner), Kind: domain.Group, Name: "talk " + strconv.Itoa(i)})
		if err != nil {
			return err
		}
		set[i] = out.Stream.Channel
	}
	g, talking := errgroup.WithContext(ctx)
	for i := range talkers {
		g.Go(func() error {
			var mine []domain.ChannelID
			for _, c := range turn(i, talkers, o.Channels) {
				mine = append(mine, set[c])
				_, err := s.AddMember(talking, commands.AddMember{By: by(owner), Channel: set[c], User: domain.UserID(user(i))})
				if err != nil {
					return err
				}
			}
			for n := i; n < o.Messages; n += talkers {
				_, err := s.SendMessage(talking, commands.SendMessage{
					By: by(user(i)), Channel: mine[n/talkers%len(mine)], Text: strconv.Itoa(n) + " " + text,
					Limit: domain.TextLimit{Runes: 4000},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
