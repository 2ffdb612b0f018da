package apitest

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALogThatHoldsWhatItMustNot(t *testing.T) {
	s := &secrets{}
	s.add("operator token", Operator)
	s.keep("token", "signature-of-a-token")
	s.keepWritten(`{"body": "what nobody should read"}`)
	s.keepWritten(map[string]any{"name": "a name of somebody"})
	for _, text := range []string{Operator, "signature-of-a-token", "what nobody should read", "a name of somebody", "canary-of-the-text"} {
		t.Run("RS-020 "+text, func(t *testing.T) {
			for _, log := range []func(*slog.Logger){
				func(l *slog.Logger) { l.Debug("x", "err", "refused "+text) },
				func(l *slog.Logger) { l.With("user", text).WithGroup("g").Info("x") },
				func(l *slog.Logger) { l.Warn(text) },
			} {
				j := &journal{}
				l := j.over(slog.New(slog.DiscardHandler))
				l.Info("request", "route", "/v1/channels")
				require.Empty(t, j.leak(s))
				log(l)
				require.NotEmpty(t, j.leak(s))
			}
		})
	}
}
