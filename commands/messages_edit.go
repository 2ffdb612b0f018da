package commands

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"parley/domain"
)

// EditMessage asks for the content of a message to be replaced. What is not
// given is none any more; attachments stay.
type EditMessage struct {
	By       domain.Actor
	Channel  domain.ChannelID
	Message  domain.MessageID
	Text     string
	Emotes   []domain.InlineEmote // are put in order
	Refs     []domain.MessageID
	Mentions []domain.UserID
	Limit    domain.TextLimit
	At       time.Time // of the event; zero: now
	Once     []string
	Input    error // what was wrong with the body
}

// EditMessage edits (CH-320 to CH-326). Equal content changes nothing, which
// its digest tells without the text.
func (s *Service) EditMessage(ctx context.Context, c EditMessage) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	domain.OrderEmotes(c.Emotes)
	e := domain.EditMessage{
		By: c.By.User(), Version: domain.IDAt(s.now()), Content: domain.Content{Text: c.Text, Emotes: c.Emotes},
		Refs: c.Refs, Mentions: c.Mentions, Limit: c.Limit, Input: c.Input,
	}
	content := e.Content.Canonical(e.Refs, e.Mentions)
	q := request{
		actor: c.By, stream: domain.MessageStream(c.By.App, c.Channel, c.Message), at: c.At, once: c.Once, fields: content,
	}
	var digest []byte
	var of domain.Subject // whose key made the digest
	for {
		out, err := s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
			if err := domain.Authorize(c.By, domain.TakePart, d.meeting(c.By, c.Channel).Standing(c.By)); err != nil {
				return nil, err
			}
			m := d.message(c.By.App, c.Channel, c.Message)
			e.Author = d.sealer(c.By.App, c.Channel, m.Sender())
			e.Same = bytes.Equal(digest, m.Digest())
			events, err := m.Edit(e)
			switch {
			case err != nil:
				return nil, err
			case of != e.Author:
				return nil, errNoDigest
			}
			return events, d.refer(c.By.App, c.Channel, c.Refs, nil)
		})
		if !errors.Is(err, errNoDigest) {
			return out, err
		}
		of = e.Author
		if digest, err = s.keys.MAC(ctx, c.By.App, of, purposeDigest, content); err != nil {
			return Outcome{}, fmt.Errorf("digest of an edit: %w", err)
		}
	}
}

// errNoDigest says that the digest of the new content must be made first,
// under the key that the decision has found; a rule does no I/O.
var errNoDigest = errors.New("the content has no digest yet")

// DeleteMessage asks for a message to become a tombstone.
type DeleteMessage struct {
	By      domain.Actor
	Channel domain.ChannelID
	Message domain.MessageID
	At      time.Time // of the event; zero: now
	Once    []string
	Input   error // what was wrong with the request
}

// DeleteMessage deletes (CH-330 to CH-334).
func (s *Service) DeleteMessage(ctx context.Context, c DeleteMessage) (Outcome, error) {
	if c.Channel <= 0 {
		return Outcome{}, domain.ErrChannelNotFound
	}
	q := request{actor: c.By, stream: domain.MessageStream(c.By.App, c.Channel, c.Message), at: c.At, once: c.Once}
	version := domain.IDAt(s.now())
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		anyone, err := d.meeting(c.By, c.Channel).DeleteRight(c.By)
		if err != nil {
			return nil, err
		}
		events, err := d.message(c.By.App, c.Channel, c.Message).Delete(c.By.User(), anyone, version)
		if err == nil && c.Input != nil {
			return nil, c.Input
		}
		return events, err
	})
}

// meeting is a channel, with the streams of those guarded whose erasures and
// blocks bear on what an actor does there: its own, in a dm both users'.
func (d *decision) meeting(a domain.Actor, c domain.ChannelID) *domain.Channel {
	d.actor(a)
	ch := d.channel(a.App, c)
	if ch.Kind == domain.DM {
		for _, u := range ch.Natural.Pair {
			d.user(a.App, u)
		}
	}
	return ch
}

// sealer is the key that seals what a user wrote in a channel: the user's, or
// the channel's when no user did.
func (d *decision) sealer(app domain.AppID, c domain.ChannelID, u domain.UserID) domain.Subject {
	if u == "" {
		return domain.ChannelSubject(c)
	}
	return d.user(app, u).Subject(u)
}
