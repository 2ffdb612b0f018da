package commands_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/commands"
	"parley/domain"
	"parley/internal/eventstore/memory"
)

func TestChangesOfAChannel(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann", "bob")
	stream := domain.ChannelStream(app, c)
	rename := commands.RenameChannel{By: user("ann"), Channel: c, Name: " Crew "}
	for range 2 {
		out, err := s.RenameChannel(ctx, rename)
		require.NoError(t, err)
		require.True(t, out.Changed, "CH-140 a name is sealed: nobody knows that it is the same")
		require.EqualValues(t, count(t, log), out.Position)
	}
	role := commands.ChangeRole{By: user("ann"), Channel: c, User: "bob", Role: domain.RoleAdmin}
	out, err := s.ChangeRole(ctx, role)
	require.NoError(t, err)
	require.True(t, out.Changed)
	out, err = s.ChangeRole(ctx, role)
	require.NoError(t, err)
	require.False(t, out.Changed, "CH-230 the role that the member has")
	role.Role = domain.RoleOwner
	_, err = s.ChangeRole(ctx, role)
	require.NoError(t, err)
	_, err = s.DeleteChannel(ctx, commands.DeleteChannel{By: user("ann"), Channel: c})
	require.ErrorIs(t, err, domain.ErrNotOwner, "CH-160 handed over")
	_, err = s.DeleteChannel(ctx, commands.DeleteChannel{By: user("bob"), Channel: c})
	require.NoError(t, err)
	require.Equal(t, []string{
		"ChannelCreated", "MemberAdded", "ChannelRenamed", "ChannelRenamed", "MemberRoleChanged", "OwnershipTransferred", "ChannelDeleted",
	}, types(recorded(t, log, stream)))

	head := count(t, log)
	for what, f := range map[string]func(domain.ChannelID) error{
		"rename": func(c domain.ChannelID) error {
			_, err := s.RenameChannel(ctx, commands.RenameChannel{By: user("bob"), Channel: c, Name: "x"})
			return err
		},
		"role": func(c domain.ChannelID) error {
			_, err := s.ChangeRole(ctx, commands.ChangeRole{By: user("bob"), Channel: c, User: "ann", Role: domain.RoleMember})
			return err
		},
		"delete": func(c domain.ChannelID) error {
			_, err := s.DeleteChannel(ctx, commands.DeleteChannel{By: user("bob"), Channel: c})
			return err
		},
		"hide": func(c domain.ChannelID) error {
			_, err := s.HideChannel(ctx, commands.HideChannel{By: user("bob"), Channel: c, Hidden: true})
			return err
		},
		"remove": func(c domain.ChannelID) error {
			_, err := s.RemoveMember(ctx, commands.RemoveMember{By: user("bob"), Channel: c, User: "ann"})
			return err
		},
	} {
		for _, id := range []domain.ChannelID{c, c + 1, 0} {
			require.ErrorIs(t, f(id), domain.ErrChannelNotFound, "CH-160 CH-131 %s", what)
		}
	}
	require.Equal(t, head, count(t, log))
}

func TestHidingAndShowing(t *testing.T) {
	log := memory.New()
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	c := newGroup(t, here, "ann", "bob")
	hide := func(s *commands.Service, hidden bool) commands.Outcome {
		out, err := s.HideChannel(ctx, commands.HideChannel{By: user("ann"), Channel: c, Hidden: hidden})
		require.NoError(t, err)
		return out
	}
	require.False(t, hide(here, false).Changed, "CH-150 idempotent")
	require.True(t, hide(here, true).Changed)
	require.False(t, hide(there, true).Changed, "CH-150 idempotent, on another node")
	require.True(t, hide(there, false).Changed)
	require.False(t, hide(here, false).Changed)
	_, err := here.HideChannel(ctx, commands.HideChannel{By: user("cid"), Channel: c, Hidden: true})
	require.ErrorIs(t, err, domain.ErrNotMember)
	machine := domain.Actor{App: app, Kind: domain.ActorKey, ID: "k1"}
	_, err = here.HideChannel(ctx, commands.HideChannel{By: machine, Channel: c, Hidden: true})
	require.ErrorIs(t, err, domain.ErrForbidden)
	require.Equal(t, []string{"ChannelHidden", "ChannelShown"}, types(recorded(t, log, domain.UserStream(app, "ann"))))
}

func TestAskingForADMAgainShowsIt(t *testing.T) {
	log := memory.New()
	k := newKeys()
	here, there := node(t, log, k, 0), node(t, log, k, 0)
	ctx := deadline(t)
	keyed := dm("ann", "bob")
	keyed.Once = commands.NativeOnce(keyed.By, "create-channel", 0, "k")
	first, err := here.CreateChannel(ctx, keyed)
	require.NoError(t, err)
	id := first.Stream.Channel
	for _, by := range []domain.UserID{"ann", "bob"} {
		_, err := here.HideChannel(ctx, commands.HideChannel{By: user(by), Channel: id, Hidden: true})
		require.NoError(t, err)
	}
	out, err := there.CreateChannel(ctx, keyed)
	require.NoError(t, err)
	require.True(t, out.Repeated, "the repeat of the first creation shows nothing")
	require.EqualValues(t, 3, count(t, log))

	out, err = there.CreateChannel(ctx, dm("ann", "bob"))
	require.NoError(t, err)
	require.False(t, out.Changed, "CH-111 no channel was made")
	require.Equal(t, first.Stream, out.Stream)
	require.EqualValues(t, 4, out.Position, "CH-111 that of the showing")
	require.Equal(t, []string{"ChannelHidden", "ChannelShown"}, types(recorded(t, log, domain.UserStream(app, "ann"))))
	require.Equal(t, []string{"ChannelHidden"}, types(recorded(t, log, domain.UserStream(app, "bob"))), "CH-111 the caller's only")
	again, err := there.CreateChannel(ctx, dm("ann", "bob"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, again.Position, out.Position)

	_, err = here.BlockUser(ctx, commands.BlockUser{By: user("ann"), User: "bob", Blocked: true})
	require.NoError(t, err)
	head := count(t, log)
	_, err = there.CreateChannel(ctx, dm("bob", "ann"))
	require.ErrorIs(t, err, domain.ErrDMBlocked, "CH-113")
	require.Equal(t, head, count(t, log), "CH-113 nothing is shown")
}

// TestRepeatsThatTheirFirstRunWouldForbid: who has left is no member, who has
// handed over no owner, and what was deleted is gone.
func TestRepeatsThatTheirFirstRunWouldForbid(t *testing.T) {
	log := memory.New()
	s := node(t, log, newKeys(), 0)
	ctx := deadline(t)
	c := newGroup(t, s, "ann", "bob")
	scope := func(by domain.UserID, what, key string) []string { return commands.NativeOnce(user(by), what, c, key) }
	steps := []struct {
		name string
		run  func(key string) (commands.Outcome, error)
		err  error // of a request with another key
	}{
		{"leave", func(key string) (commands.Outcome, error) {
			return s.RemoveMember(ctx, commands.RemoveMember{By: user("bob"), Channel: c, User: "bob", Once: scope("bob", "remove", key)})
		}, domain.ErrNotMember},
		{"come back", func(key string) (commands.Outcome, error) {
			return s.AddMember(ctx, commands.AddMember{By: user("ann"), Channel: c, User: "bob", Once: scope("ann", "add", key)})
		}, domain.ErrAlreadyMember},
		{"rename", func(key string) (commands.Outcome, error) {
			return s.RenameChannel(ctx, commands.RenameChannel{By: user("ann"), Channel: c, Name: "Crew", Once: scope("ann", "rename", key)})
		}, nil},
		{"hide", func(key string) (commands.Outcome, error) {
			return s.HideChannel(ctx, commands.HideChannel{By: user("ann"), Channel: c, Hidden: true, Once: scope("ann", "hide", key)})
		}, nil},
		{"hand over", func(key string) (commands.Outcome, error) {
			return s.ChangeRole(ctx, commands.ChangeRole{
				By: user("ann"), Channel: c, User: "bob", Role: domain.RoleOwner, Once: scope("ann", "role", key),
			})
		}, domain.ErrNotOwner},
		{"delete", func(key string) (commands.Outcome, error) {
			return s.DeleteChannel(ctx, commands.DeleteChannel{By: user("bob"), Channel: c, Once: scope("bob", "delete", key)})
		}, domain.ErrChannelNotFound},
	}
	for _, step := range steps {
		first, err := step.run("k")
		require.NoError(t, err, step.name)
		require.True(t, first.Changed, step.name)
		head := count(t, log)
		again, err := step.run("k")
		require.NoError(t, err, step.name)
		require.True(t, again.Repeated, step.name)
		require.Equal(t, first.Position, again.Position, step.name)
		require.Equal(t, head, count(t, log), step.name)
		_, err = step.run("another")
		require.ErrorIs(t, err, step.err, step.name)
	}
	for _, step := range steps[:5] {
		_, err := step.run("k")
		require.ErrorIs(t, err, domain.ErrChannelNotFound, "CH-160 %s: nothing is repeated below a deleted channel", step.name)
	}
}

// TestADeletionAgainstEverythingElse: what two nodes decide at once has one
// order, and nothing follows the deletion (RS-109).
func TestADeletionAgainstEverythingElse(t *testing.T) {
	for range 20 {
		log := memory.New()
		k := newKeys()
		nodes := []*commands.Service{node(t, log, k, 0), node(t, log, k, 0)}
		ctx := deadline(t)
		c := newGroup(t, nodes[0], "ann", "bob")
		acts := []func(context.Context, *commands.Service) (commands.Outcome, error){
			func(ctx context.Context, s *commands.Service) (commands.Outcome, error) {
				return s.DeleteChannel(ctx, commands.DeleteChannel{By: user("ann"), Channel: c})
			},
			func(ctx context.Context, s *commands.Service) (commands.Outcome, error) {
				out, err := s.SendMessage(ctx, say("bob", c, "hello"))
				return out.Outcome, err
			},
			func(ctx context.Context, s *commands.Service) (commands.Outcome, error) {
				return s.HideChannel(ctx, commands.HideChannel{By: user("bob"), Channel: c, Hidden: true})
			},
			func(ctx context.Context, s *commands.Service) (commands.Outcome, error) {
				return s.RenameChannel(ctx, commands.RenameChannel{By: user("ann"), Channel: c, Name: "Crew"})
			},
			func(ctx context.Context, s *commands.Service) (commands.Outcome, error) {
				return s.ChangeRole(ctx, commands.ChangeRole{By: user("ann"), Channel: c, User: "bob", Role: domain.RoleAdmin})
			},
		}
		outs, errs := make([]commands.Outcome, 2*len(acts)), make([]error, 2*len(acts))
		var all sync.WaitGroup
		for i := range outs {
			all.Go(func() { outs[i], errs[i] = acts[i/2](ctx, nodes[i%2]) })
		}
		all.Wait()
		deleted := max(outs[0].Position, outs[1].Position)
		require.NotEqual(t, errs[0] == nil, errs[1] == nil, "one deletion")
		require.EqualValues(t, count(t, log), deleted, "RS-109 nothing follows")
		for i, err := range errs {
			if err == nil {
				require.LessOrEqual(t, outs[i].Position, deleted, "RS-109")
				continue
			}
			require.True(t, errors.Is(err, domain.ErrChannelNotFound), "RS-109 %d: %v", i, err)
		}
	}
}
