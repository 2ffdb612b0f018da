package histcheck_test

import (
	"testing"

	"parley/internal/histcheck"
)

func TestFinalOrderKeepsRealTime(t *testing.T) {
	ab := []msg{stored("a", "10"), stored("b", "20")}
	ba := []msg{stored("b", "10"), stored("a", "20")}
	tests := map[string]struct {
		given history
		then  kinds
	}{
		"one after the other": {
			given: history{sends: []send{acked("a", "10", 0, 1), acked("b", "20", 2, 3)}, final: ab},
		},
		"one after the other, swapped": {
			given: history{sends: []send{acked("a", "20", 0, 1), acked("b", "10", 2, 3)}, final: ba},
			then:  kinds{histcheck.Inversion},
		},
		"at the same time, either way": {
			given: history{sends: []send{acked("a", "20", 0, 5), acked("b", "10", 2, 3)}, final: ba},
		},
		"the first of unknown outcome": {
			given: history{sends: []send{attempt("a", 0, 1), acked("b", "10", 2, 3)}, final: ba},
		},
		"the second of unknown outcome, swapped": {
			given: history{sends: []send{acked("a", "20", 0, 1), attempt("b", 2, 3)}, final: ba},
			then:  kinds{histcheck.Inversion},
		},
		"the second first tried in time": {
			given: history{
				sends: []send{attempt("b", 0, 1), acked("a", "20", 0, 2), replayed("b", "10", 3, 4)},
				final: ba,
			},
		},
		"the second first tried in time, but refused": {
			given: history{
				sends: []send{refused("b", 0, 1), acked("a", "20", 0, 2), acked("b", "10", 3, 4)},
				final: ba,
			},
			then: kinds{histcheck.Inversion},
		},
		"the first seen by a reader, then the second sent, swapped": {
			given: history{
				sends: []send{attempt("a", 0, 1), acked("b", "10", 9, 10)},
				pages: []page{{
					Client: "bob", Channel: "1", Call: ms(2), Return: ms(3),
					Messages: []msg{stored("a", "20"), stored("b", "10")},
				}},
				final: ba,
			},
			then: kinds{histcheck.Inversion},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { then(t, tt.given.check(), tt.then...) })
	}
}

func TestALateCopyIsADuplicateAndNoInversion(t *testing.T) {
	given := five()
	given.final = append(given.final, stored("a", "60"))
	then(t, given.check(), histcheck.Duplicate)
}

func TestAnInversionIsFoundAcrossOtherMessages(t *testing.T) {
	given := five()
	given.sends[4].Call, given.sends[4].Return = ms(0), ms(1) // e was acknowledged before b was called
	given.sends[0].Call = ms(0)
	then(t, given.check(), histcheck.Inversion)
}

func TestIDsRiseAlongTheFinalOrder(t *testing.T) {
	sends := []send{attempt("a", 0, 9), attempt("b", 0, 9)}
	tests := map[string]struct {
		final []msg
		then  kinds
	}{
		"rising":               {final: []msg{stored("a", "9"), stored("b", "10")}},
		"rising only as text":  {final: []msg{stored("a", "10"), stored("b", "9")}, then: kinds{histcheck.IDOrder}},
		"the same twice":       {final: []msg{stored("a", "10"), stored("b", "10")}, then: kinds{histcheck.IDOrder}},
		"empty":                {final: []msg{stored("a", "")}, then: kinds{histcheck.IDForm}},
		"zero":                 {final: []msg{stored("a", "0")}, then: kinds{histcheck.IDForm}},
		"signed":               {final: []msg{stored("a", "+1")}, then: kinds{histcheck.IDForm}},
		"leading zero":         {final: []msg{stored("a", "01")}, then: kinds{histcheck.IDForm}},
		"letters":              {final: []msg{stored("a", "1f")}, then: kinds{histcheck.IDForm}},
		"the largest":          {final: []msg{stored("a", "9223372036854775807")}},
		"larger than possible": {final: []msg{stored("a", "9223372036854775808")}, then: kinds{histcheck.IDForm}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			then(t, history{sends: sends, final: tt.final}.check(), tt.then...)
		})
	}
}
