package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"parley/domain"
)

// rates are the limits of an app by their names in the bootstrap file.
var rates = map[string]func(*domain.Limits) *float64{
	"sends_per_second":             func(l *domain.Limits) *float64 { return &l.AppSends },
	"user_sends_per_second":        func(l *domain.Limits) *float64 { return &l.UserSends },
	"requests_per_user_per_second": func(l *domain.Limits) *float64 { return &l.UserRequests },
	"history_reads_per_second":     func(l *domain.Limits) *float64 { return &l.AppHistoryReads },
}

var bursts = map[string]func(*domain.Limits) *int{
	"user_send_burst": func(l *domain.Limits) *int { return &l.UserSendBurst },
	"user_burst":      func(l *domain.Limits) *int { return &l.UserBurst },
	"user_sockets":    func(l *domain.Limits) *int { return &l.UserSockets },
}

// declaredLimits reads the limits of an app: nil when nothing is said, "off", or
// a map. An empty map stands for the defaults.
func declaredLimits(given any) (*domain.Limits, error) {
	switch given := given.(type) {
	case nil:
		return nil, nil
	case string:
		if given == "off" {
			return &domain.Limits{Off: true}, nil
		}
	case map[string]any:
		return readLimits(given)
	}
	return nil, fmt.Errorf(`limits: want "off" or a map, not %v`, given)
}

func readLimits(given map[string]any) (*domain.Limits, error) {
	var l domain.Limits
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		n, isNumber := toNumber(given[name])
		burst, isBurst := bursts[name]
		rate, isRate := rates[name]
		switch {
		case !isRate && !isBurst:
			errs = append(errs, fmt.Errorf("limits: unknown key %q", name))
		case !isNumber || !(n > 0) || isBurst && n != math.Trunc(n):
			errs = append(errs, fmt.Errorf("limits: %s: want a %s above 0, not %v; leave it out for the default",
				name, map[bool]string{true: "whole number", false: "number"}[isBurst], given[name]))
		case isBurst:
			*burst(&l) = int(min(n, math.MaxInt32))
		default:
			*rate(&l) = n
		}
	}
	if len(errs) == 0 {
		errs = append(errs, l.Check())
	}
	return &l, errors.Join(errs...)
}

func toNumber(v any) (float64, bool) {
	switch n := v.(type) {
	case uint64:
		return float64(n), true
	case int64:
		return float64(n), true
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
