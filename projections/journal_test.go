package projections_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"parley/domain"
	"parley/internal/eventstore"
	"parley/internal/eventstore/memory"
)

// journal writes events to a log as the write path would. Its clock advances
// by a second with each append.
type journal struct {
	t   testing.TB
	log eventstore.Log
	app domain.AppID
	now time.Time
}

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func newJournal(t testing.TB) *journal {
	return &journal{t: t, log: memory.New(), app: "shop", now: epoch}
}

// at is the time of the n-th append, in milliseconds.
func at(n int) string {
	return strconv.FormatInt(epoch.Add(time.Duration(n)*time.Second).UnixMilli(), 10)
}

func (j *journal) append(w eventstore.Write, by domain.UserID, events ...domain.Event) eventstore.Result {
	j.t.Helper()
	j.now = j.now.Add(time.Second)
	for _, e := range events {
		cover(j.t, e)
		n := eventstore.NewEvent{ID: uuid.New(), Meta: map[string]string{
			domain.MetaApp: string(j.app), domain.MetaActor: string(by), domain.MetaActorKind: string(domain.ActorUser),
			domain.MetaTime: strconv.FormatInt(j.now.UnixMilli(), 10),
		}}
		if u, ok := e.(domain.Unknown); ok {
			n.Type, n.V, n.Data = u.Name, u.V, []byte(`{"from":"later"}`)
		} else {
			var err error
			n.Type, n.V, n.Data, err = domain.EncodeEvent(e)
			require.NoError(j.t, err)
		}
		w.Events = append(w.Events, n)
	}
	res, err := j.log.Append(context.Background(), w)
	require.NoError(j.t, err)
	return res
}

// sealedMark stands before text that is not really sealed.
const sealedMark = "sealed:"

// cover fills in what the write path seals and computes.
func cover(t testing.TB, e domain.Event) {
	t.Helper()
	s, ok := e.(domain.Sealing)
	if !ok {
		return
	}
	secrets, digest := s.Secrets()
	for _, secret := range secrets {
		if secret != nil {
			plain, err := json.Marshal(secret.Plain)
			require.NoError(t, err)
			secret.Blob = append([]byte(sealedMark), plain...)
		}
	}
	if digest != nil {
		sum := sha256.Sum256(digest.Of)
		digest.Sum = sum[:]
	}
}

func (j *journal) on(stream string, by domain.UserID, events ...domain.Event) eventstore.Result {
	j.t.Helper()
	return j.append(eventstore.Write{Stream: stream, Expected: eventstore.Any}, by, events...)
}

// channel appends to a channel's stream.
func (j *journal) channel(c domain.ChannelID, by domain.UserID, events ...domain.Event) {
	j.t.Helper()
	j.on(domain.ChannelStream(j.app, c), by, events...)
}

// message appends to a message's stream.
func (j *journal) message(c domain.ChannelID, m domain.MessageID, by domain.UserID, events ...domain.Event) {
	j.t.Helper()
	j.on(domain.MessageStream(j.app, c, m), by, events...)
}

func (j *journal) user(u domain.UserID, events ...domain.Event) {
	j.t.Helper()
	j.on(domain.UserStream(j.app, u), u, events...)
}

func (j *journal) read(c domain.ChannelID, u domain.UserID, m domain.MessageID) {
	j.t.Helper()
	j.on(domain.ReadsStream(j.app, c, u), u, domain.ReadCursorAdvanced{Message: m})
}

// send appends a message with the first free small id, so that tests can name
// it.
func (j *journal) send(c domain.ChannelID, m domain.MessageID, by domain.UserID) {
	j.t.Helper()
	j.message(c, m, by, said(by))
}

func said(by domain.UserID) domain.MessageSent {
	return domain.MessageSent{
		Sender: by, SenderKind: domain.ActorUser, Kind: domain.Text, Digest: &domain.Digest{Of: []byte("hello")},
		Sealed: domain.Seal(domain.UserSubject(by, 1), domain.Content{Text: "hello", SenderName: string(by)}),
	}
}

func edited(version int64, by domain.UserID, mentions ...domain.UserID) domain.MessageEdited {
	return domain.MessageEdited{
		Version: version, By: by, Mentions: mentions, Digest: &domain.Digest{Of: []byte("changed")},
		Sealed: domain.Seal(domain.UserSubject(by, 1), domain.Content{Text: "changed"}),
	}
}

// group is a new group of the first user with the others as members.
func group(owner domain.UserID, others ...domain.UserID) domain.ChannelCreated {
	members := []domain.FirstMember{{User: owner, Role: domain.RoleOwner}}
	for _, u := range others {
		members = append(members, domain.FirstMember{User: u, Role: domain.RoleMember, Inviter: owner})
	}
	return domain.ChannelCreated{
		Kind: domain.Group, Owner: owner, Members: members,
		Sealed: domain.Seal(domain.Subject{}, domain.ChannelProfile{Name: "team"}),
	}
}
