package talonone

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// lookAgain is the time between two looks for what is not visible yet.
const lookAgain = 500 * time.Millisecond

// young are the objects that this client has created so recently that reads may not show them yet: reads may lag behind
// writes by Config.ReadConsistency. The zero value is ready to use.
type young struct {
	mu      sync.Mutex
	visible map[string]time.Time
}

// note says that an object has been created, and is visible from a time on.
func (y *young) note(object string, visible time.Time) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.visible == nil {
		y.visible = make(map[string]time.Time)
	}
	y.visible[object] = visible
}

func (y *young) forget(object string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	delete(y.visible, object)
}

// until is when an object is visible; zero for one that is not young.
func (y *young) until(object string) time.Time {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.visible[object]
}

// all are the objects that are young at a time.
func (y *young) all(now time.Time) map[string]time.Time {
	y.mu.Lock()
	defer y.mu.Unlock()
	all := make(map[string]time.Time)
	for object, visible := range y.visible {
		if now.Before(visible) {
			all[object] = visible
		} else {
			delete(y.visible, object)
		}
	}
	return all
}

// Visible is when reads show all that this client has created; zero where they do now.
func (c *Client) Visible() (last time.Time) {
	for _, visible := range c.young.all(time.Now()) {
		if visible.After(last) {
			last = visible
		}
	}
	return last
}

func audienceObject(id int64) string { return "audience " + strconv.FormatInt(id, 10) }

// notVisibleYet says whether a 404 is about an object that this client has just created.
func notVisibleYet(op *call, resp *http.Response) bool {
	missing := resp.StatusCode == http.StatusNotFound || op.missingIs400 && resp.StatusCode == http.StatusBadRequest
	return missing && time.Now().Before(op.visible)
}

// listYoung lists audiences until those are there that this client has just created.
func (c *Client) listYoung(ctx context.Context) (*AudienceListing, error) {
	for {
		listing, err := c.listAudiences(ctx)
		if err != nil {
			return nil, err
		}
		missing := 0
		for object := range c.young.all(time.Now()) {
			if id, isAudience := audienceID(object); isAudience && listing.ByID(id) == nil {
				missing++
			}
		}
		if missing == 0 {
			return listing, nil
		}
		tflog.Info(ctx, "The list of audiences does not show all that this run has created, and is read again", map[string]any{"missing": missing})
		if err := sleep(ctx, lookAgain); err != nil {
			return nil, err
		}
	}
}

func audienceID(object string) (int64, bool) {
	const prefix = "audience "
	if len(object) <= len(prefix) || object[:len(prefix)] != prefix {
		return 0, false
	}
	id, err := strconv.ParseInt(object[len(prefix):], 10, 64)
	return id, err == nil
}
