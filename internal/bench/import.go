package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// ImportOptions are those of the measurement of an import.
type ImportOptions struct {
	Options
	File    string // a log of IRC channels; "" for a made one
	Entries int    // of a made log
}

// ImportReport is how fast a log is imported.
type ImportReport struct {
	Machine Machine     `json:"machine"`
	File    string      `json:"file"`
	Runs    []ImportRun `json:"runs"`
}

// ImportRun is one import of the whole log, all projections running. Behind is
// how long the read models needed afterwards.
type ImportRun struct {
	Entries   int           `json:"entries"`
	Commands  int           `json:"commands"`
	Seconds   float64       `json:"seconds"`
	PerSecond float64       `json:"entries_per_second"`
	Behind    float64       `json:"behind_ms"`
	CPU       CPUPerRequest `json:"cpu_us_per_entry"`
}

// Write prints the report for people.
func (r *ImportReport) Write(out io.Writer) error {
	fmt.Fprintf(out, "Import of %s through the command line, all projections running.\n%s, %d CPUs shared by server, database and client.\n",
		r.File, r.Machine.System, r.Machine.CPUs)
	for i, run := range r.Runs {
		_, err := fmt.Fprintf(out, "round %d: %d entries, %d commands in %.1f s: %.0f entries/s, %.0f commands/s, read models behind by %.0f ms, CPU %s µs an entry\n",
			i+1, run.Entries, run.Commands, run.Seconds, run.PerSecond, float64(run.Commands)/run.Seconds, run.Behind,
			cpuCell(&Side{CPU: &run.CPU}))
		if err != nil {
			return err
		}
	}
	return nil
}

// MeasureImport imports a log, in each round under another name.
func MeasureImport(ctx context.Context, o ImportOptions) (_ *ImportReport, err error) {
	err = o.Validate()
	if o.Server != "" {
		err = errors.Join(err, errors.New("an import is measured on a server of this command's own"))
	}
	if o.File == "" && o.Entries < 100 {
		err = errors.Join(err, errors.New("want at least 100 entries"))
	}
	if err != nil {
		return nil, err
	}
	w, err := openWith(ctx, o.Options, parleyName)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	r := &ImportReport{Machine: machine(o.Options), File: filepath.Base(o.File)}
	if o.File == "" {
		r.File = fmt.Sprintf("a made log of %d entries", o.Entries)
		o.File = filepath.Join(w.folder, "made.jsonl")
		if err := makeLog(o.File, o.Entries); err != nil {
			return nil, err
		}
	}
	set, err := w.makeChannels(ctx, "behind", 1, nil)
	if err != nil {
		return nil, err
	}
	for round := range o.Rounds {
		run, err := w.importOnce(ctx, o.File, round, set[0])
		if err != nil {
			return nil, err
		}
		w.progress("round %d: %.0f entries/s", round+1, run.PerSecond)
		r.Runs = append(r.Runs, run)
	}
	return r, nil
}

// importOnce runs the command line as people do.
func (w *world) importOnce(ctx context.Context, file string, round int, c channelNames) (run ImportRun, err error) {
	cmd := exec.CommandContext(ctx, w.Exe, "import", "irc", file, "--app", "bench", "--source", "round-"+strconv.Itoa(round),
		"--server", "http://"+w.parley.addr, "--json")
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = append(environment(), "PARLEY_KEY="+w.operator), &stderr
	before := readCPU(w.parley.pid)
	out, err := cmd.Output()
	if err != nil {
		return run, fmt.Errorf("import: %w: %s", err, stderr.Bytes())
	}
	var summary struct {
		Entries  int            `json:"entries"`
		Seconds  float64        `json:"seconds"`
		Commands map[string]int `json:"commands"`
	}
	if err := json.Unmarshal(out, &summary); err != nil {
		return run, fmt.Errorf("import: %w", err)
	}
	ended := time.Now()
	if err := w.settle(ctx, c); err != nil {
		return run, err
	}
	used := readCPU(w.parley.pid).Sub(before)
	used.Generator = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return ImportRun{
		Entries: summary.Entries, Commands: summary.Commands["done"], Seconds: summary.Seconds,
		PerSecond: float64(summary.Entries) / summary.Seconds, Behind: ms(time.Since(ended)), CPU: used.per(int64(summary.Entries)),
	}, nil
}

// makeLog writes a log in which people of some rooms come, talk, answer and
// leave.
func makeLog(path string, entries int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	e := json.NewEncoder(f)
	rooms := max(entries/1400, 10)
	for n := range entries {
		room := n * rooms / entries
		line := map[string]any{
			"n": n, "ts": 1_100_000_000_000 + int64(n)*1000, "room": "room " + strconv.Itoa(room), "type": "message",
			"user": "speaker " + strconv.Itoa(room*7+n%150), "text": strconv.Itoa(n) + " " + text,
		}
		switch {
		case n%14 == 0:
			line["type"] = "join"
		case n%80 == 1:
			line["type"] = "leave"
		case n%4 == 2 && n > 10:
			line["reply_to"] = []int{n - 3}
		}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return f.Close()
}
