package projections

import (
	"context"
	"fmt"

	"parley/domain"
)

// Projection is a set of tables and the function that keeps them. Version
// rises with every change of either.
type Projection struct {
	Name    string
	Version int
	Tables  []string
	// Categories are the streams whose events Apply wants to see.
	Categories []string
	// AppWide says that what is of no channel, but of the app, is part of what
	// its channels show.
	AppWide bool
	// Apply writes the rows of a batch, in order, inside the transaction
	// that also moves the checkpoint. Table names are unqualified.
	Apply func(ctx context.Context, tx Tx, events []domain.Recorded) error
}

// All lists the projections of the service.
var All = []Projection{Directory, Timeline, Occupancy}

// Schema is the schema of a build of the projection.
func (p Projection) Schema(build int) string {
	return fmt.Sprintf("rm_%s_v%d_%d", p.Name, p.Version, build)
}

// View is the view over the live build of one of the projection's tables.
func (p Projection) View(table string) string {
	return fmt.Sprintf("rm.%s_v%d", table, p.Version)
}

// Gate is the view over the checkpoint of the live build. Whoever reads it first
// and then the other views, in one transaction, reads one build: a switch
// takes this view first of all.
func (p Projection) Gate() string { return p.View(p.Name + "_checkpoint") }

func (p Projection) wants(stream string) bool {
	for _, c := range p.Categories {
		if len(stream) > len(c) && stream[len(c)] == '-' && stream[:len(c)] == c {
			return true
		}
	}
	return false
}

// apply is Apply with a panic turned into an error.
func (p Projection) apply(ctx context.Context, tx Tx, events []domain.Recorded) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	if len(events) == 0 {
		return nil
	}
	return p.Apply(ctx, tx, events)
}
