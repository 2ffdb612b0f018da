package commands_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore/memory"
)

var (
	operator   = domain.Actor{Kind: domain.ActorSystem, ID: "operator", Dialect: "admin", Request: "r1"}
	everything = map[string][]string{"*": {"*"}}
	// boss is a key of the shop that may administer it.
	boss = domain.Actor{App: app, Kind: domain.ActorKey, ID: "boss", Capability: map[string][]string{"*": {"*", "admin"}}}
)

// newShop makes the app with the key boss.
func newShop(t testing.TB, s *commands.Service) {
	t.Helper()
	ctx := deadline(t)
	_, err := s.CreateApp(ctx, commands.CreateApp{By: operator, App: app})
	require.NoError(t, err)
	_, err = s.IssueKey(ctx, commands.IssueKey{By: operator, App: app, ID: "boss", Capability: boss.Capability, Native: true})
	require.NoError(t, err)
}

func TestAppsAreCreatedByTheOperatorOnce(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	off := &domain.Limits{Off: true}
	out, err := s.CreateApp(ctx, commands.CreateApp{By: operator, App: app, Limits: off})
	require.NoError(t, err)
	require.True(t, out.Changed)
	events := recorded(t, log, "app-shop")
	require.Equal(t, []string{"AppCreated", "AppLimited"}, types(events))
	for _, r := range events {
		require.Equal(t, "system", r.Meta[domain.MetaActorKind])
		require.Equal(t, "operator", r.Meta[domain.MetaActor])
		require.Equal(t, "shop", r.Meta[domain.MetaApp])
	}
	own, err := s.OwnWrites(ctx, operator)
	require.NoError(t, err)
	require.Equal(t, out.Position, own, "the operator is one in all apps")

	for name, tt := range map[string]struct {
		c   commands.CreateApp
		err error
	}{
		"again":             {commands.CreateApp{By: operator, App: app}, domain.ErrAppExists},
		"a malformed id":    {commands.CreateApp{By: operator, App: "Shop"}, domain.ErrInvalidRequest},
		"no id":             {commands.CreateApp{By: operator}, domain.ErrInvalidRequest},
		"malformed limits":  {commands.CreateApp{By: operator, App: "new", Limits: &domain.Limits{AppSends: -1}}, domain.ErrInvalidRequest},
		"by a key":          {commands.CreateApp{By: boss, App: "new"}, domain.ErrForbidden},
		"by a user":         {commands.CreateApp{By: user("ann"), App: "new"}, domain.ErrForbidden},
		"by nobody":         {commands.CreateApp{App: "new"}, domain.ErrForbidden},
		"by a key, its own": {commands.CreateApp{By: boss, App: app}, domain.ErrForbidden},
	} {
		_, err := s.CreateApp(ctx, tt.c)
		require.ErrorIs(t, err, tt.err, name)
	}
	require.EqualValues(t, 2, count(t, log))
}

func TestLimitsAreSetByTheOperator(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	newShop(t, s)
	ctx, before := deadline(t), count(t, log)
	limit := commands.LimitApp{By: operator, App: app, Limits: domain.Limits{UserSends: 5}}
	out, err := s.LimitApp(ctx, limit)
	require.NoError(t, err)
	require.True(t, out.Changed)
	out, err = s.LimitApp(ctx, limit)
	require.NoError(t, err)
	require.False(t, out.Changed, "CH-019 the same limits again")
	for name, tt := range map[string]struct {
		c   commands.LimitApp
		err error
	}{
		"unknown app":   {commands.LimitApp{By: operator, App: "nobody"}, domain.ErrAppNotFound},
		"malformed app": {commands.LimitApp{By: operator, App: "../x"}, domain.ErrAppNotFound},
		"not a rate":    {commands.LimitApp{By: operator, App: app, Limits: domain.Limits{UserBurst: -1}}, domain.ErrInvalidRequest},
		"by a key":      {commands.LimitApp{By: boss, App: app}, domain.ErrForbidden},
	} {
		_, err := s.LimitApp(ctx, tt.c)
		require.ErrorIs(t, err, tt.err, name)
	}
	require.Equal(t, before+1, count(t, log))
}

func TestKeysAreIssuedRotatedAndRevoked(t *testing.T) {
	log, ring := memory.New(), newKeys()
	s := node(t, log, ring, 0)
	newShop(t, s)
	ctx := deadline(t)
	drawn, err := s.IssueKey(ctx, commands.IssueKey{By: boss, App: app, Capability: everything, Native: true})
	require.NoError(t, err)
	_, id, ok := drawn.Key.Split()
	require.True(t, ok, drawn.Key)
	require.NoError(t, domain.CheckSecret(drawn.Secret))
	k, err := s.Key(ctx, app, id)
	require.NoError(t, err)
	require.Equal(t, commands.Key{Capability: everything, Secrets: []string{drawn.Secret}}, k)

	rotated, err := s.RotateKey(ctx, commands.RotateKey{By: boss, App: app, Key: id, Secret: secret("n")})
	require.NoError(t, err)
	require.Equal(t, secret("n"), rotated.Secret)
	k, err = s.Key(ctx, app, id)
	require.NoError(t, err)
	require.Equal(t, []string{secret("n"), drawn.Secret}, k.Secrets, "the former one is valid for a while")

	out, err := s.RevokeKey(ctx, commands.RevokeKey{By: boss, App: app, Key: id})
	require.NoError(t, err)
	require.True(t, out.Changed)
	k, err = s.Key(ctx, app, id)
	require.NoError(t, err)
	require.Empty(t, k.Secrets)
	signing, err := s.SigningKeys(ctx, app, id)
	require.NoError(t, err)
	require.Empty(t, signing, "it signs nothing any more, at once")
	out, err = s.RevokeKey(ctx, commands.RevokeKey{By: boss, App: app, Key: id})
	require.NoError(t, err)
	require.False(t, out.Changed)

	again, err := s.IssueKey(ctx, commands.IssueKey{By: operator, App: app, ID: id, Capability: everything})
	require.NoError(t, err)
	k, err = s.Key(ctx, app, id)
	require.NoError(t, err)
	require.Equal(t, []string{again.Secret}, k.Secrets, "what was revoked does not come back")

	events := recorded(t, log, "app-shop")
	require.Equal(t, []string{"AppCreated", "KeyIssued", "KeyIssued", "KeyIssued", "KeyRevoked", "KeyIssued"}, types(events))
	require.Equal(t, "key", events[2].Meta[domain.MetaActorKind])
	require.Equal(t, "boss", events[4].Meta[domain.MetaActor])
	for _, shown := range []string{drawn.Secret, rotated.Secret, again.Secret} {
		require.NotContains(t, string(dataOf(t, log)), shown, "no secret is in the log")
	}
}

func TestRefusedKeysLeaveNothing(t *testing.T) {
	log, ring := memory.New(), newKeys()
	s := node(t, log, ring, 0)
	newShop(t, s)
	ctx, before, kept := deadline(t), count(t, log), len(ring.secrets)
	issue := func(change func(*commands.IssueKey)) error {
		c := commands.IssueKey{By: boss, App: app, ID: "new", Secret: secret("s"), Capability: everything}
		change(&c)
		_, err := s.IssueKey(ctx, c)
		return err
	}
	for name, tt := range map[string]struct {
		err    error
		change func(*commands.IssueKey)
	}{
		"unknown app":        {domain.ErrAppNotFound, func(c *commands.IssueKey) { c.By, c.App = operator, "nobody" }},
		"malformed app":      {domain.ErrAppNotFound, func(c *commands.IssueKey) { c.By, c.App = operator, "A" }},
		"another app":        {domain.ErrAppNotFound, func(c *commands.IssueKey) { c.App = "other" }},
		"a key that is":      {domain.ErrKeyExists, func(c *commands.IssueKey) { c.ID = "boss" }},
		"malformed id":       {domain.ErrInvalidRequest, func(c *commands.IssueKey) { c.ID = "a.b" }},
		"short secret":       {domain.ErrInvalidRequest, func(c *commands.IssueKey) { c.Secret = "short" }},
		"dotted secret":      {domain.ErrInvalidRequest, func(c *commands.IssueKey) { c.Secret = strings.Repeat("a.", 20) }},
		"no capability":      {domain.ErrInvalidRequest, func(c *commands.IssueKey) { c.By, c.Capability = operator, nil }},
		"more than its own":  {domain.ErrForbidden, func(c *commands.IssueKey) { c.Capability = map[string][]string{"[*]*": {"*"}} }},
		"by a user":          {domain.ErrForbidden, func(c *commands.IssueKey) { c.By = user("boss") }},
		"by a key not there": {domain.ErrForbidden, func(c *commands.IssueKey) { c.By.ID = "nemo" }},
	} {
		require.ErrorIs(t, issue(tt.change), tt.err, name)
	}
	_, err := s.RotateKey(ctx, commands.RotateKey{By: boss, App: app, Key: "nemo"})
	require.ErrorIs(t, err, domain.ErrKeyNotFound)
	_, err = s.RotateKey(ctx, commands.RotateKey{By: boss, App: app, Key: "boss", Secret: "short"})
	require.ErrorIs(t, err, domain.ErrInvalidRequest)
	_, err = s.RevokeKey(ctx, commands.RevokeKey{By: boss, App: "other", Key: "boss"})
	require.ErrorIs(t, err, domain.ErrAppNotFound)
	_, err = s.RevokeKey(ctx, commands.RevokeKey{By: boss, App: app, Key: "nemo"})
	require.ErrorIs(t, err, domain.ErrKeyNotFound)
	require.Equal(t, before, count(t, log))
	require.Len(t, ring.secrets, kept, "no secret is kept for a refused request")
}

// TestOneOfManyIssuesAKey has a key issued by many at once.
func TestOneOfManyIssuesAKey(t *testing.T) {
	s := node(t, memory.New(), newKeys(), 0)
	newShop(t, s)
	ctx := deadline(t)
	var callers sync.WaitGroup
	errs := make(chan error, 20)
	for range cap(errs) {
		callers.Go(func() {
			_, err := s.IssueKey(ctx, commands.IssueKey{By: boss, App: app, ID: "new", Secret: secret("s"), Capability: everything})
			errs <- err
		})
	}
	callers.Wait()
	close(errs)
	issued := 0
	for err := range errs {
		if !errors.Is(err, domain.ErrKeyExists) {
			require.NoError(t, err)
			issued++
		}
	}
	require.Equal(t, 1, issued)
}
