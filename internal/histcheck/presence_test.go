package histcheck_test

import (
	"testing"

	"parley/internal/histcheck"
)

func TestEachSendIsStoredAsItsOutcomeAllows(t *testing.T) {
	tests := map[string]struct {
		given history
		then  kinds
	}{
		"nothing happened": {},
		"ok once":          {given: history{sends: []send{acked("a", "10", 0, 1)}, final: []msg{stored("a", "10")}}},
		"ok lost": {
			given: history{sends: []send{acked("a", "10", 0, 1)}},
			then:  kinds{histcheck.Lost},
		},
		"ok stored twice": {
			given: history{sends: []send{acked("a", "10", 0, 1)}, final: []msg{stored("a", "10"), stored("a", "20")}},
			then:  kinds{histcheck.Duplicate},
		},
		"unknown stored":     {given: history{sends: []send{attempt("a", 0, 1)}, final: []msg{stored("a", "10")}}},
		"unknown not stored": {given: history{sends: []send{attempt("a", 0, 1)}}},
		"unknown stored twice": {
			given: history{sends: []send{attempt("a", 0, 1)}, final: []msg{stored("a", "10"), stored("a", "20")}},
			then:  kinds{histcheck.Duplicate},
		},
		"refused not stored": {given: history{sends: []send{refused("a", 0, 1)}}},
		"refused yet stored": {
			given: history{sends: []send{refused("a", 0, 1)}, final: []msg{stored("a", "10")}},
			then:  kinds{histcheck.RefusedStored},
		},
		"refused yet stored twice": {
			given: history{sends: []send{refused("a", 0, 1)}, final: []msg{stored("a", "10"), stored("a", "20")}},
			then:  kinds{histcheck.RefusedStored},
		},
		"unknown, then refused, stored by the first": {
			given: history{sends: []send{attempt("a", 0, 1), refused("a", 2, 3)}, final: []msg{stored("a", "10")}},
		},
		"unknown, then ok": {
			given: history{sends: []send{attempt("a", 0, 1), replayed("a", "10", 2, 3)}, final: []msg{stored("a", "10")}},
		},
		"ok, then unknown, lost": {
			given: history{sends: []send{acked("a", "10", 0, 1), attempt("a", 2, 3)}},
			then:  kinds{histcheck.Lost},
		},
		"a message that nobody sent": {
			given: history{final: []msg{stored("a", "10")}},
			then:  kinds{histcheck.Phantom},
		},
		"a message without an author": {
			given: history{final: []msg{{ID: "10", Body: "spam"}}},
			then:  kinds{histcheck.Phantom},
		},
		"another body under the key": {
			given: history{
				sends: []send{acked("a", "10", 0, 1)},
				final: []msg{{ID: "10", Body: histcheck.Body("ann", "a", "hel")}},
			},
			then: kinds{histcheck.Altered},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { then(t, tt.given.check(), tt.then...) })
	}
}

func TestAKeyReusedForAnotherBodyMustBeRefused(t *testing.T) {
	other := refused("a", 2, 3)
	other.Body = histcheck.Body("ann", "a", "other")
	given := history{sends: []send{acked("a", "10", 0, 1), other}, final: []msg{stored("a", "10")}}
	then(t, given.check())

	given.final = append(given.final, msg{ID: "20", Body: other.Body})
	then(t, given.check(), histcheck.Duplicate, histcheck.RefusedStored)

	other.Outcome, other.ID, other.Replayed = histcheck.OK, "10", true
	given = history{sends: []send{acked("a", "10", 0, 1), other}, final: []msg{stored("a", "10")}}
	then(t, given.check(), histcheck.Lost, histcheck.WrongID)
}

func TestAnswersNameTheStoredMessage(t *testing.T) {
	two := []msg{stored("a", "10"), stored("b", "20")}
	tests := map[string]struct {
		sends []send
		then  kinds
	}{
		"each its own": {sends: []send{acked("a", "10", 0, 1), acked("b", "20", 2, 3)}},
		"the other's": {
			sends: []send{acked("a", "10", 0, 1), acked("b", "10", 2, 3)},
			then:  kinds{histcheck.WrongID},
		},
		"one that does not exist": {
			sends: []send{acked("a", "10", 0, 1), acked("b", "30", 2, 3)},
			then:  kinds{histcheck.WrongID},
		},
		"not an id": {
			sends: []send{acked("a", "10", 0, 1), acked("b", "020", 2, 3)},
			then:  kinds{histcheck.IDForm},
		},
		"a repeat with the same id": {
			sends: []send{acked("a", "10", 0, 1), acked("b", "20", 2, 3), replayed("b", "20", 4, 5)},
		},
		"a repeat with another id": {
			sends: []send{acked("a", "10", 0, 1), acked("b", "20", 2, 3), replayed("b", "30", 4, 5)},
			then:  kinds{histcheck.IDChanged, histcheck.WrongID},
		},
		"a repeat that says it was the first": {
			sends: []send{acked("a", "10", 0, 1), acked("b", "20", 2, 3), acked("b", "20", 4, 5)},
			then:  kinds{histcheck.CreatedTwice},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			then(t, history{sends: tt.sends, final: two}.check(), tt.then...)
		})
	}
}

func TestTheSameKeyOfTwoClientsIsTwoMessages(t *testing.T) {
	bob := acked("a", "20", 2, 3)
	bob.Client, bob.Body = "bob", histcheck.Body("bob", "a", "hello")
	given := history{
		sends: []send{acked("a", "10", 0, 1), bob},
		final: []msg{stored("a", "10"), {ID: "20", Body: bob.Body}},
	}
	then(t, given.check())
}
