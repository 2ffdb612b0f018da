package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

func broken(t testing.TB, log eventstore.Log, stream string) {
	t.Helper()
	_, err := log.Append(t.Context(), eventstore.Write{
		Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "MemberAdded", V: 1, Data: []byte("{")}},
	})
	require.NoError(t, err)
}

func secret(c string) string { return strings.Repeat(c, 40) }

func TestAnAppIsDeclaredOnce(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	operator := domain.Actor{Kind: domain.ActorSystem, ID: "operator"}
	declare := func(keys ...commands.DeclareKey) commands.Outcome {
		out, err := s.DeclareApp(ctx, commands.DeclareApp{By: operator, App: app, Keys: keys})
		require.NoError(t, err)
		return out
	}
	key := commands.DeclareKey{ID: "k1", Secret: secret("a"), Native: true}
	require.True(t, declare(key).Changed)
	require.EqualValues(t, 2, count(t, log))
	again := declare(key)
	require.False(t, again.Changed)
	require.EqualValues(t, 2, again.Position)

	key.Secret = secret("b")
	require.True(t, declare(key, commands.DeclareKey{ID: "k2", Secret: secret("c"), Native: true},
		commands.DeclareKey{ID: "k3", Secret: secret("d")}).Changed)
	all, err := s.SigningKeys(ctx, app, "")
	require.NoError(t, err)
	require.Equal(t, []commands.SigningKey{
		{Key: "shop.k1", Secret: secret("b")}, {Key: "shop.k1", Secret: secret("a")}, {Key: "shop.k2", Secret: secret("c")},
	}, all)
	one, err := s.SigningKeys(ctx, app, "k2")
	require.NoError(t, err)
	require.Len(t, one, 1)
	for _, unknown := range []struct {
		app domain.AppID
		key string
	}{{app, "k3"}, {app, "k9"}, {"nobody", ""}} {
		none, err := s.SigningKeys(ctx, unknown.app, unknown.key)
		require.NoError(t, err)
		require.Empty(t, none)
	}
	require.NotContains(t, string(dataOf(t, log)), secret("b"), "no secret is in the log")
}

func dataOf(t testing.TB, log eventstore.Log) []byte {
	t.Helper()
	var data []byte
	for r, err := range log.ReadAll(t.Context(), 0, 0) {
		require.NoError(t, err)
		data = append(data, r.Data...)
	}
	return data
}

func TestWhatIsNoDeclaration(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	for name, c := range map[string]commands.DeclareApp{
		"an app id": {App: "Shop"},
		"a key id":  {App: app, Keys: []commands.DeclareKey{{ID: "k.1", Secret: secret("a")}}},
		"a secret":  {App: app, Keys: []commands.DeclareKey{{ID: "k1", Secret: "short"}}},
	} {
		_, err := s.DeclareApp(ctx, c)
		require.ErrorIs(t, err, domain.ErrInvalidRequest, name)
	}
}

func TestLimitsOfAnApp(t *testing.T) {
	log := memory.New()
	s, other := node(t, log, newKeys(), 0), node(t, log, newKeys(), 0)
	ctx := deadline(t)
	operator := domain.Actor{Kind: domain.ActorSystem, ID: "operator"}
	limit := func(l domain.Limits) (commands.Outcome, error) {
		return s.LimitApp(ctx, commands.LimitApp{By: operator, App: app, Limits: l})
	}
	_, err := limit(domain.Limits{Off: true})
	require.ErrorIs(t, err, domain.ErrAppNotFound, "CH-019 of an app that does not exist")
	_, err = s.LimitApp(ctx, commands.LimitApp{By: operator, App: "../x"})
	require.ErrorIs(t, err, domain.ErrAppNotFound)
	require.Zero(t, count(t, log))

	slow := domain.Limits{UserSends: 1}
	out, err := s.DeclareApp(ctx, commands.DeclareApp{By: operator, App: app, Limits: &slow})
	require.NoError(t, err)
	require.True(t, out.Changed)
	require.Equal(t, []string{"AppCreated", "AppLimited"}, types(recorded(t, log, domain.AppStream(app))))
	for _, same := range []*domain.Limits{&slow, nil} {
		out, err = s.DeclareApp(ctx, commands.DeclareApp{By: operator, App: app, Limits: same})
		require.NoError(t, err)
		require.False(t, out.Changed, "CH-019 declared again, or not mentioned")
	}
	got, err := other.AppLimits(ctx, app)
	require.NoError(t, err)
	require.Equal(t, slow, got)

	_, err = limit(domain.Limits{AppSends: -1})
	require.ErrorIs(t, err, domain.ErrInvalidRequest)
	require.EqualValues(t, 2, count(t, log))
	_, err = limit(domain.Limits{Off: true})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		got, err := other.AppLimits(ctx, app)
		return err == nil && got.Off
	}, patience, time.Millisecond, "CH-019 another node learns it from the log")
}
