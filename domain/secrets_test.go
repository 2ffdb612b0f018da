package domain_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"parley/domain"
)

const intimate = "Miraculous"

// unsealed is what a rule answers: plain text everywhere it may stand.
func unsealed() domain.MessageSent {
	return domain.MessageSent{
		Sender:   mia,
		Digest:   &domain.Digest{Subject: miasKey, Of: []byte(intimate)},
		Sealed:   domain.Seal(miasKey, domain.Content{Text: intimate}),
		SealedBy: domain.Seal(miasKey, domain.Acting{Reason: intimate}),
	}
}

func TestPlainTextDoesNotReachTheLog(t *testing.T) {
	e := unsealed()
	for what, v := range map[string]any{
		"secret": e.Sealed, "secret by value": *e.Sealed, "digest": e.Digest, "digest by value": *e.Digest,
		"in a field": struct{ S domain.Secret }{*e.Sealed}, "event": e,
	} {
		out, err := json.Marshal(v)
		require.Error(t, err, what)
		require.NotContains(t, string(out), intimate, what)
	}
	_, _, _, err := domain.EncodeEvent(e)
	require.ErrorContains(t, err, "digest is not computed")

	e.Digest.Sum = []byte{5}
	_, _, _, err = domain.EncodeEvent(e)
	require.ErrorContains(t, err, "secret is not sealed")

	e.Sealed.Blob, e.SealedBy.Blob = []byte{1, 2, 3}, []byte{4}
	_, _, data, err := domain.EncodeEvent(e)
	require.NoError(t, err, "sealed, with the plain text still beside it")
	require.NotContains(t, string(data), intimate)
	require.Contains(t, string(data), `"digest":"BQ==","sealed":"AQID","sealed_by":"BA=="`)
}

func TestSecretsAreRedactedInText(t *testing.T) {
	e := unsealed()
	named := renamed(1, intimate, 1)
	hexes := fmt.Sprintf("%x", intimate)
	decimals := fmt.Sprint([]byte(intimate))
	values := []any{
		e.Sealed, *e.Sealed, e.Digest, *e.Digest, e, &e, named,
		[]domain.Event{e},
		[]*domain.Secret{e.Sealed},
		map[string]any{"e": e},
		struct{ S domain.Secret }{*e.Sealed},
		domain.Recorded{Event: e},
		domain.User{Name: domain.Recorded{Event: named}},
	}
	for i, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
			got := fmt.Sprintf(verb, v)
			for _, leak := range []string{intimate, hexes, decimals} {
				require.NotContains(t, got, leak, "value %d as %s", i, verb)
			}
		}
	}
	require.Equal(t, "[redacted]", fmt.Sprint(e.Sealed))
	require.Equal(t, "[redacted]", e.Sealed.String())
	require.Contains(t, fmt.Sprintf("%+v", e), "Sealed:[redacted]")
	var none *domain.Secret
	require.NotPanics(t, func() { _ = fmt.Sprintf("%+v", domain.MessageSent{Sealed: none}) })
}

func TestSecretsAreRedactedInLogs(t *testing.T) {
	var out bytes.Buffer
	e := unsealed()
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		l := slog.New(h)
		l.Info("m", "secret", e.Sealed, "value", *e.Sealed, "digest", e.Digest)
		l.Info("m", "event", e, "recorded", domain.Recorded{Event: e}, "slice", []domain.Event{e})
		l.Info("m", slog.Group("g", "secret", e.Sealed), "none", (*domain.Secret)(nil))
	}
	require.NotContains(t, out.String(), intimate)
	require.Contains(t, out.String(), "secret=[redacted] value=[redacted] digest=[redacted]")
	require.Contains(t, out.String(), `"secret":"[redacted]","value":"[redacted]","digest":"[redacted]"`)
}

func TestSubjects(t *testing.T) {
	require.Equal(t, domain.Subject{Kind: domain.SubjectChannel, ID: "7", Version: 1}, domain.ChannelSubject(7))
	require.Equal(t, "channel:7", domain.ChannelSubject(7).String())
	require.Equal(t, "user:mia", miasKey.String(), "without the version")
}

// Whatever an event holds that must be sealed, the write path finds it.
func TestEveryEventWithSecretsListsThem(t *testing.T) {
	for _, c := range frozen {
		var secrets []*domain.Secret
		var digest *domain.Digest
		if s, ok := c.event.(domain.Sealing); ok {
			secrets, digest = s.Secrets()
		}
		wantSecrets, wantDigest := secretFields(c.event)
		require.Equal(t, wantSecrets, secrets, c.file)
		require.Equal(t, wantDigest, digest, c.file)
	}
}
