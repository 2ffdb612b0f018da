package commands

import (
	"context"
	"errors"
	"fmt"

	"parley/domain"
)

// DeclareApp asks that an app and its keys exist as declared. Keys that are
// not named stay as they are.
type DeclareApp struct {
	By   domain.Actor
	App  domain.AppID
	Keys []DeclareKey
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
		return Outcome{}, domain.ErrInvalidRequest.Because("an app id has 1 to 32 of a-z, 0-9 and _, and does not start with _")
	}
	c.By.App = c.App
	q := request{actor: c.By, stream: domain.AppStream(c.App)}
	out, err := s.decide(ctx, q, func(d *decision) ([]domain.Event, error) { return d.app(c.App).Create(), nil })
	if err != nil {
		return out, err
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

func (s *Service) declareKey(ctx context.Context, q request, app domain.AppID, k DeclareKey) (Outcome, error) {
	name := domain.KeyName(string(app) + "." + k.ID)
	if _, _, ok := name.Split(); !ok {
		return Outcome{}, domain.ErrInvalidRequest.Because("key %s: a key id has 1 to 32 letters, digits, _ and -", name)
	}
	if err := domain.CheckSecret(k.Secret); err != nil {
		return Outcome{}, domain.ErrInvalidRequest.Because("key %s: %s", name, err)
	}
	fingerprint := s.fingerprint(k.Secret)
	var version int
	_, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		version = d.app(app).KeyVersion(k.ID, fingerprint)
		return nil, nil
	})
	if err != nil {
		return Outcome{}, err
	}
	for {
		err := s.keys.PutSecret(ctx, app, k.ID, version, k.Secret)
		if err == nil {
			break
		}
		if !errors.Is(err, domain.ErrSecretExists) {
			return Outcome{}, fmt.Errorf("keep the secret of key %s: %w", name, err)
		}
		version++ // kept by somebody who did not come to name it in the log
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		return d.app(app).IssueVersion(k.ID, version, fingerprint, k.Capability, k.Native)
	})
}

// HasApp reports whether an app exists.
func (s *Service) HasApp(ctx context.Context, app domain.AppID) (exists bool, err error) {
	_, _, err = s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		exists = d.app(app).Exists
		return nil, nil
	})
	return exists, err
}

// SigningKey is a secret that may sign native tokens, and the key it is of.
type SigningKey struct {
	Key    domain.KeyName
	Secret string
}

// SigningKeys lists what may have signed a native token of an app: the valid
// secrets of the key with the given id, or of all its native keys when key is
// empty, the newest secret of a key first. None for an unknown app.
func (s *Service) SigningKeys(ctx context.Context, app domain.AppID, key string) ([]SigningKey, error) {
	type version struct {
		key string
		v   int
	}
	var versions []version
	now := s.now()
	_, _, err := s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		versions = versions[:0]
		a := d.app(app)
		for _, n := range a.NativeKeys() {
			if key != "" && key != n {
				continue
			}
			for _, v := range a.SecretVersions(n, now) {
				versions = append(versions, version{n, v})
			}
		}
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	keys := make([]SigningKey, 0, len(versions))
	for _, v := range versions {
		secret, err := s.keys.Secret(ctx, app, v.key, v.v)
		if err != nil {
			return nil, fmt.Errorf("secret of key %s.%s: %w", app, v.key, err)
		}
		keys = append(keys, SigningKey{domain.KeyName(string(app) + "." + v.key), secret})
	}
	return keys, nil
}
