package domain

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A capability maps patterns of resources to operations. The pattern `*`
// stands for all channels, `name:*` for those of a namespace, `[*]*` for all
// there is; the operation `*` for all but administration.
const (
	everything     = "*"
	opAdminister   = "admin"
	maxResources   = 100
	maxOperations  = 50
	maxResourceLen = 256
)

// Administers reports whether a capability has the explicit operation admin.
func Administers(capability map[string][]string) bool {
	for _, operations := range capability {
		if slices.Contains(operations, opAdminister) {
			return true
		}
	}
	return false
}

// CapabilityWithin reports whether all that a capability allows another allows
// too.
func CapabilityWithin(capability, of map[string][]string) bool {
	for resource, operations := range capability {
		for _, op := range operations {
			if !allows(of, resource, op) {
				return false
			}
		}
	}
	return true
}

func allows(capability map[string][]string, resource, op string) bool {
	for pattern, operations := range capability {
		if !covers(pattern, resource) {
			continue
		}
		if slices.Contains(operations, op) || op != opAdminister && slices.Contains(operations, everything) {
			return true
		}
	}
	return false
}

// covers reports whether every resource that a pattern stands for is one of
// another pattern's. In doubt it is not.
func covers(pattern, resource string) bool {
	namespace, isNamespace := strings.CutSuffix(pattern, ":"+everything)
	switch {
	case pattern == resource || pattern == "[*]*":
		return true
	case pattern == everything:
		return !strings.HasPrefix(resource, "[")
	}
	return isNamespace && namespace != "" && strings.HasPrefix(resource, namespace+":")
}

// CheckCapability refuses what is no capability: without a right, too large,
// or with names that no key can use.
func CheckCapability(capability map[string][]string) error {
	if len(capability) == 0 || len(capability) > maxResources {
		return errors.New("a capability names 1 to 100 resources")
	}
	for resource, operations := range capability {
		switch {
		case resource == "" || len(resource) > maxResourceLen || !utf8.ValidString(resource) || strings.ContainsFunc(resource, unicode.IsControl):
			return errors.New("a resource of a capability has 1 to 256 bytes and no control character")
		case len(operations) == 0 || len(operations) > maxOperations:
			return errors.New("a capability has 1 to 50 operations for each resource")
		case slices.ContainsFunc(operations, notOperation):
			return errors.New("an operation of a capability is * or has 1 to 32 of a-z and -")
		}
	}
	return nil
}

func notOperation(op string) bool {
	if op == everything {
		return false
	}
	return op == "" || len(op) > 32 || strings.ContainsFunc(op, func(c rune) bool { return (c < 'a' || c > 'z') && c != '-' })
}
