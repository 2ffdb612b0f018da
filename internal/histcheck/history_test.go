package histcheck_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"parley/internal/histcheck"
)

func ExampleNew() {
	h := histcheck.New()
	text := histcheck.Body("ann", "k1", "hello")
	call := h.StartSend(histcheck.Send{Client: "ann", Channel: "1", Key: "k1", Body: text})
	call.OK("10", false) // the server answered 201 with the id 10
	h.Final("1", nil)    // and has nothing
	for _, v := range histcheck.Check(h) {
		fmt.Println(v.Kind)
	}
	// Output: lost
}

func TestBodiesNameTheirAuthor(t *testing.T) {
	for _, text := range []string{"", "hello", `a "quoted" word`, "two\nlines"} {
		client, key, ok := histcheck.ParseBody(histcheck.Body(`an"n b`, `k 1\`, text))
		if !ok || client != `an"n b` || key != `k 1\` {
			t.Errorf("text %q: got %q %q %t", text, client, key, ok)
		}
	}
	for _, body := range []string{"", "hello", `"ann"`, `"ann" k1 hello`, `"ann" "k1"`} {
		if _, _, ok := histcheck.ParseBody(body); ok {
			t.Errorf("body %q has an author", body)
		}
	}
}

func TestCallsRecordTheirTimesAndOutcomes(t *testing.T) {
	h := histcheck.New()
	start := func(key string) *histcheck.SendCall {
		return h.StartSend(histcheck.Send{Client: "ann", Channel: "1", Key: key, Body: body(key)})
	}
	start("a").OK("10", false)
	start("a").OK("10", true)
	start("b").Unknown()
	start("c").Fail()
	start("d") // never finished
	answer := h.StartPage(page{Client: "ann", Channel: "1"})
	answer.Answer([]msg{stored("a", "10")}, false)
	h.StartPage(page{Client: "ann", Channel: "1"}) // never answered
	h.Final("1", []msg{stored("a", "10"), stored("d", "20")})

	then(t, histcheck.Check(h))
	want := histcheck.Stats{
		Sends: 5, OK: 2, Unknown: 2, Fail: 1, Keys: 4, Repeats: 1, Replayed: 1,
		Pages: 1, Channels: 1, Stored: 2,
	}
	if got := h.Stats(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestRecordingIsSafeForManyClients(t *testing.T) {
	h := histcheck.New()
	var clients sync.WaitGroup
	for n := range 8 {
		clients.Go(func() {
			name := fmt.Sprint(n)
			for i := range 50 {
				key := fmt.Sprint(i)
				s := send{Client: name, Channel: name, Key: key, Body: histcheck.Body(name, key, "")}
				h.StartSend(s).Fail()
				h.StartPage(page{Client: name, Channel: name}).Answer(nil, false)
			}
			h.Final(name, nil)
		})
	}
	clients.Wait()
	then(t, histcheck.Check(h))
	if got := h.Stats(); got.Fail != 400 || got.Pages != 400 || got.Channels != 8 {
		t.Errorf("got %+v", got)
	}
}

func TestAHistoryThatCannotBeJudgedIsNotGreen(t *testing.T) {
	noKey, noAuthor, backwards := attempt("", 0, 1), attempt("a", 0, 1), attempt("a", 5, 4)
	noAuthor.Body = "hello"
	badCursor := shows("bob", before, "x", 0, false)
	early := shows("bob", before, "", 0, false)
	early.Return = early.Call - 1
	tests := map[string]history{
		"no key":                     {sends: []send{noKey}},
		"a body without author":      {sends: []send{noAuthor}},
		"returned before the call":   {sends: []send{backwards}},
		"a cursor that is no id":     {pages: []page{badCursor}},
		"a page answered in advance": {pages: []page{early}},
	}
	for name, given := range tests {
		t.Run(name, func(t *testing.T) { then(t, given.check(), histcheck.BadRecord) })
	}
	t.Run("no final order", func(t *testing.T) {
		h := histcheck.New()
		h.AddSend(attempt("a", 0, 1))
		then(t, histcheck.Check(h), histcheck.BadRecord)
	})
}

func TestReportCountsEachKindAndSparesTheReader(t *testing.T) {
	given := five()
	given.final = nil
	given.final = append(given.final, msg{ID: "60", Body: "spam"})
	report := histcheck.Report(given.check())
	for _, want := range []string{"5 x lost\n", "1 x phantom\n", `send "a" by ann (ok id 10, 0s to 9ms)`} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
	if strings.Contains(report, `send "e"`) {
		t.Errorf("all sentences in\n%s", report)
	}
}
