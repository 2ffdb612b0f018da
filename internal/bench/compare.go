package bench

import "slices"

// Figure is the median of several rounds and the best of them.
type Figure struct {
	Median float64 `json:"median"`
	Best   float64 `json:"best"`
}

func highest(list []float64) Figure { return figure(list, slices.Max[[]float64]) }
func lowest(list []float64) Figure  { return figure(list, slices.Min[[]float64]) }

func figure(list []float64, best func([]float64) float64) Figure {
	if len(list) == 0 {
		return Figure{}
	}
	return Figure{median(list), best(list)}
}

// median is the middle value, of an even number the mean of the middle two.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(list))
	m := len(s) / 2
	if len(s)%2 == 1 {
		return s[m]
	}
	return (s[m-1] + s[m]) / 2
}

// Side is what one server did in all rounds of a row. CPU are medians in
// microseconds per request.
type Side struct {
	PerSecond Figure         `json:"per_second"`
	P50       Figure         `json:"p50_ms"`
	P99       Figure         `json:"p99_ms"`
	Behind    Figure         `json:"behind_ms"`
	CPU       *CPUPerRequest `json:"cpu_us_per_request"`
	Refused   int64          `json:"refused"`
}

// Row compares the two servers in one situation. Ratios are parley / floor
// within a round: of the rate, where more is better, and of the median
// latency, where less is. CPU is floor / parley of the processor time of a
// request, clients included: the ratio of the rates to expect where nothing
// else runs and the processor is the limit.
type Row struct {
	What     string  `json:"what"`
	Clients  int     `json:"clients"`
	Channels int     `json:"channels"`
	Floor    *Side   `json:"floor,omitempty"`
	Parley   *Side   `json:"parley"`
	Rate     *Figure `json:"rate_ratio,omitempty"`
	P50      *Figure `json:"p50_ratio,omitempty"`
	CPU      *Figure `json:"cpu_ratio,omitempty"`
}

// compare puts cells of the same situation into one row each, in the order in
// which the situations first came.
func compare(cells []Cell) []Row {
	type situation struct {
		what              string
		clients, channels int
	}
	var order []situation
	by := map[situation][]Cell{}
	for _, c := range cells {
		s := situation{c.What, c.Clients, c.Channels}
		if by[s] == nil {
			order = append(order, s)
		}
		by[s] = append(by[s], c)
	}
	rows := make([]Row, 0, len(order))
	for _, s := range order {
		row := Row{What: s.what, Clients: s.clients, Channels: s.channels}
		row.Floor, row.Parley = side(by[s], floorName), side(by[s], parleyName)
		row.Rate, row.P50, row.CPU = ratios(by[s])
		rows = append(rows, row)
	}
	return rows
}

func side(cells []Cell, server string) *Side {
	var rate, p50, p99, behind, srv, pg, gen []float64
	s := &Side{}
	for _, c := range cells {
		if c.Server != server {
			continue
		}
		rate, p50, p99 = append(rate, c.PerSecond), append(p50, c.P50), append(p99, c.P99)
		behind, gen = append(behind, c.Behind), append(gen, c.CPU.Generator)
		if c.CPU.Server != nil {
			srv, pg = append(srv, *c.CPU.Server), append(pg, *c.CPU.Postgres)
		}
		s.Refused += c.Refused
	}
	if len(rate) == 0 {
		return nil
	}
	s.PerSecond, s.P50, s.P99, s.Behind = highest(rate), lowest(p50), lowest(p99), lowest(behind)
	s.CPU = &CPUPerRequest{Generator: median(gen)}
	if len(srv) > 0 {
		server, postgres := median(srv), median(pg)
		s.CPU.Server, s.CPU.Postgres = &server, &postgres
	}
	return s
}

// ratios compares within each round; nil without a floor.
func ratios(cells []Cell) (rate, p50, cpu *Figure) {
	floor := map[int]Cell{}
	for _, c := range cells {
		if c.Server == floorName {
			floor[c.Round] = c
		}
	}
	var rates, p50s, cpus []float64
	for _, c := range cells {
		f, ok := floor[c.Round]
		if c.Server != parleyName || !ok || f.PerSecond <= 0 || f.P50 <= 0 {
			continue
		}
		rates, p50s = append(rates, c.PerSecond/f.PerSecond), append(p50s, c.P50/f.P50)
		if used := c.CPU.sum(); used > 0 && f.CPU.sum() > 0 {
			cpus = append(cpus, f.CPU.sum()/used)
		}
	}
	if len(rates) == 0 {
		return nil, nil, nil
	}
	r, p := highest(rates), lowest(p50s)
	if len(cpus) > 0 {
		c := highest(cpus)
		cpu = &c
	}
	return &r, &p, cpu
}
