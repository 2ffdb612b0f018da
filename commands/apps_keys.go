package commands

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"parley/domain"
)

func (s *Service) declareKey(ctx context.Context, q request, app domain.AppID, k DeclareKey) (Outcome, error) {
	if err := checkKey(app, k.ID, k.Secret); err != nil {
		return Outcome{}, err
	}
	fingerprint, version, err := s.keepSecret(ctx, app, k.ID, k.Secret)
	if err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, q, func(d *decision) ([]domain.Event, error) {
		return d.app(app).IssueVersion(k.ID, version, fingerprint, k.Capability, k.Native)
	})
}

func checkKey(app domain.AppID, id, secret string) error {
	name := nameOf(app, id)
	if _, _, ok := name.Split(); !ok {
		return domain.ErrInvalidRequest.Because("key %s: a key id has 1 to 32 letters, digits, _ and -", name)
	}
	if err := domain.CheckSecret(secret); err != nil {
		return domain.ErrInvalidRequest.Because("key %s: %s", name, err)
	}
	return nil
}

func nameOf(app domain.AppID, key string) domain.KeyName {
	return domain.KeyName(string(app) + "." + key)
}

// keepSecret puts a secret into the keyring and returns what the log may name
// it by.
func (s *Service) keepSecret(ctx context.Context, app domain.AppID, key, secret string) (fingerprint string, version int, err error) {
	fingerprint = s.fingerprint(secret)
	_, _, err = s.ask(ctx, func(d *decision) ([]domain.Event, error) {
		version = d.app(app).KeyVersion(key, fingerprint)
		return nil, nil
	})
	if err != nil {
		return "", 0, err
	}
	for {
		err := s.keys.PutSecret(ctx, app, key, version, secret)
		if err == nil {
			return fingerprint, version, nil
		}
		if !errors.Is(err, domain.ErrSecretExists) {
			return "", 0, fmt.Errorf("keep the secret of key %s: %w", nameOf(app, key), err)
		}
		version++ // kept by somebody who did not come to name it in the log
	}
}

// IssueKey asks for a new key of an app, or for a revoked one anew. Without
// ID and Secret they are drawn.
type IssueKey struct {
	By         domain.Actor
	App        domain.AppID
	ID         string
	Secret     string
	Capability map[string][]string
	Native     bool
}

// RotateKey asks for another secret of a key; without Secret it is drawn. The
// former one stays valid for domain.KeyOverlap.
type RotateKey struct {
	By     domain.Actor
	App    domain.AppID
	Key    string
	Secret string
}

// RevokeKey asks that no secret of a key be valid any more.
type RevokeKey struct {
	By  domain.Actor
	App domain.AppID
	Key string
}

// Issued is a key with a new secret.
type Issued struct {
	Outcome
	Key    domain.KeyName
	Secret string
}

// DrawSecret draws 260 bits as letters and digits.
func DrawSecret() string { return strings.ToLower(rand.Text() + rand.Text()) }

// drawKeyID draws 40 bits: enough to tell the keys of an app apart.
func drawKeyID() string { return strings.ToLower(rand.Text()[:8]) }

// IssueKey carries it out.
func (s *Service) IssueKey(ctx context.Context, c IssueKey) (Issued, error) {
	if c.ID == "" {
		c.ID = drawKeyID()
	}
	n := newSecret{
		by: c.By, app: c.App, key: c.ID, secret: c.Secret,
		may: func(a *domain.App) error { return a.MayIssue(c.By, c.ID, c.Capability, c.Native) },
	}
	if err := domain.CheckCapability(c.Capability); err != nil {
		n.input = domain.ErrInvalidRequest.Because("capability: %s", err)
	}
	n.issue = func(a *domain.App, version int, fingerprint string) ([]domain.Event, error) {
		if err := n.may(a); err != nil {
			return nil, err
		}
		return a.IssueVersion(c.ID, version, fingerprint, c.Capability, c.Native)
	}
	return s.giveSecret(ctx, n)
}

// RotateKey carries it out.
func (s *Service) RotateKey(ctx context.Context, c RotateKey) (Issued, error) {
	return s.giveSecret(ctx, newSecret{
		by: c.By, app: c.App, key: c.Key, secret: c.Secret,
		may: func(a *domain.App) error { return a.MayRotate(c.By, c.Key) },
		issue: func(a *domain.App, version int, fingerprint string) ([]domain.Event, error) {
			return a.Rotate(c.By, c.Key, version, fingerprint)
		},
	})
}

// newSecret is the wish to give a key a secret. Nothing is drawn or kept for
// who may not, and for input that is wrong.
type newSecret struct {
	by          domain.Actor
	app         domain.AppID
	key, secret string
	may         func(*domain.App) error
	input       error
	issue       func(a *domain.App, version int, fingerprint string) ([]domain.Event, error)
}

// giveSecret puts the secret into the keyring first, then names it in the log.
func (s *Service) giveSecret(ctx context.Context, n newSecret) (Issued, error) {
	if err := domain.MayAdminister(n.by, n.app); err != nil {
		return Issued{}, err
	}
	if !n.app.Valid() {
		return Issued{}, domain.ErrAppNotFound
	}
	n.by.App = n.app
	q := request{actor: n.by, stream: domain.AppStream(n.app)}
	_, err := s.decide(ctx, q, func(d *decision) ([]domain.Event, error) { return nil, n.may(d.app(n.app)) })
	if err != nil {
		return Issued{}, err
	}
	if n.secret == "" {
		n.secret = DrawSecret()
	}
	if n.input == nil {
		n.input = checkKey(n.app, n.key, n.secret)
	}
	if n.input != nil {
		return Issued{}, n.input
	}
	fingerprint, version, err := s.keepSecret(ctx, n.app, n.key, n.secret)
	if err != nil {
		return Issued{}, err
	}
	out, err := s.decide(ctx, q, func(d *decision) ([]domain.Event, error) { return n.issue(d.app(n.app), version, fingerprint) })
	return Issued{out, nameOf(n.app, n.key), n.secret}, err
}

// RevokeKey carries it out.
func (s *Service) RevokeKey(ctx context.Context, c RevokeKey) (Outcome, error) {
	if err := domain.MayAdminister(c.By, c.App); err != nil {
		return Outcome{}, err
	}
	if !c.App.Valid() {
		return Outcome{}, domain.ErrAppNotFound
	}
	c.By.App = c.App
	return s.decide(ctx, request{actor: c.By, stream: domain.AppStream(c.App)}, func(d *decision) ([]domain.Event, error) {
		return d.app(c.App).Revoke(c.By, c.Key)
	})
}
