package commands

import (
	"context"

	"parley/domain"
)

// DeclareApp asks that an app and its keys exist as declared. Keys that are
// not named stay as they are, and so do limits when there are none.
type DeclareApp struct {
	By     domain.Actor
	App    domain.AppID
	Keys   []DeclareKey
	Limits *domain.Limits
}

// DeclareKey is a key with its secret. A changed secret replaces the former
// one, which stays valid for domain.KeyOverlap.
type DeclareKey struct {
	ID         string
	Secret     string
	Capability map[string][]string
	Native     bool
}

// DeclareApp creates what is missing; declaring the same again changes
// nothing. Secrets are in the keyring before the log names them.
func (s *Service) DeclareApp(ctx context.Context, c DeclareApp) (Outcome, error) {
	if !c.App.Valid() {
		return Outcome{}, errAppID
	}
	c.By.App = c.App
	q := request{actor: c.By, stream: domain.AppStream(c.App)}
	out, err := s.decide(ctx, q, func(d *decision) ([]domain.Event, error) { return d.app(c.App).Create(), nil })
	if err != nil {
		return out, err
	}
	if c.Limits != nil {
		limited, err := s.LimitApp(ctx, LimitApp{By: c.By, App: c.App, Limits: *c.Limits})
		if err != nil {
			return out, err
		}
		limited.Changed = limited.Changed || out.Changed
		out = limited
	}
	for _, k := range c.Keys {
		issued, err := s.declareKey(ctx, q, c.App, k)
		if err != nil {
			return out, err
		}
		issued.Changed = issued.Changed || out.Changed
		out = issued
	}
	return out, nil
}

var errAppID = domain.ErrInvalidRequest.Because("an app id has 1 to 32 of a-z, 0-9 and _, and does not start with _")

// CreateApp asks for a new app, with limits of its own if they are given.
// Only the operator may.
type CreateApp struct {
	By     domain.Actor
	App    domain.AppID
	Limits *domain.Limits
}

// CreateApp carries it out.
func (s *Service) CreateApp(ctx context.Context, c CreateApp) (Outcome, error) {
	if err := domain.MayAdminister(c.By, ""); err != nil {
		return Outcome{}, err
	}
	if !c.App.Valid() {
		return Outcome{}, errAppID
	}
	var limits domain.Limits
	if c.Limits != nil {
		limits = *c.Limits
	}
	if err := limits.Check(); err != nil {
		return Outcome{}, domain.ErrInvalidRequest.Because("limits: %s", err)
	}
	c.By.App = c.App
	return s.decide(ctx, request{actor: c.By, stream: domain.AppStream(c.App)}, func(d *decision) ([]domain.Event, error) {
		events := d.app(c.App).Create()
		if len(events) == 0 {
			return nil, domain.ErrAppExists
		}
		if c.Limits != nil {
			events = append(events, domain.AppLimited{Limits: limits})
		}
		return events, nil
	})
}

// LimitApp asks for other limits of an app. Only the operator may: they
// protect the installation from the app.
type LimitApp struct {
	By     domain.Actor
	App    domain.AppID
	Limits domain.Limits
}

// LimitApp carries it out.
func (s *Service) LimitApp(ctx context.Context, c LimitApp) (Outcome, error) {
	if err := domain.MayAdminister(c.By, ""); err != nil {
		return Outcome{}, err
	}
	if !c.App.Valid() {
		return Outcome{}, domain.ErrAppNotFound
	}
	if err := c.Limits.Check(); err != nil {
		return Outcome{}, domain.ErrInvalidRequest.Because("limits: %s", err)
	}
	c.By.App = c.App
	return s.decide(ctx, request{actor: c.By, stream: domain.AppStream(c.App)}, func(d *decision) ([]domain.Event, error) {
		return d.app(c.App).Limit(c.Limits)
	})
}

// AppLimits are the limits of an app as this node knows them.
func (s *Service) AppLimits(ctx context.Context, app domain.AppID) (l domain.Limits, err error) {
	_, _, err = s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		l = d.app(app).Limits
		return nil, nil
	})
	return l, err
}

// HasApp reports whether an app exists.
func (s *Service) HasApp(ctx context.Context, app domain.AppID) (exists bool, err error) {
	_, _, err = s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		exists = d.app(app).Exists
		return nil, nil
	})
	return exists, err
}

// AppAt is the position of the newest event of an app, 0 if there is none: a
// read that has reached it shows the app as it stands, whoever wrote last.
func (s *Service) AppAt(ctx context.Context, app domain.AppID) (int64, error) {
	d, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		d.app(app)
		return nil, nil
	})
	if err != nil {
		return 0, err
	}
	return int64(d.seen), nil
}
