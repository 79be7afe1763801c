package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// experiment finds the values of one or more conventions.
type experiment struct {
	conventions []string
	needs       conventions.Probe
	// sends are the requests, for people; -list shows them.
	sends []string
	// leaves is what stays although everything that can be removed is removed; "" is nothing.
	leaves string
	run    func(*lab, context.Context) error
}

// experiments are in the order in which they run: read_lag comes before everything that reads what it wrote, and
// retry_after last among those that only read, since it uses up the limit.
var experiments = []experiment{
	{
		conventions: []string{conventions.ListSort}, needs: conventions.ReadOnly,
		sends: []string{"GET /v1/audiences?sort=id"}, run: (*lab).findListSort,
	},
	{
		conventions: []string{conventions.PageSizeMax, conventions.PageSizeExcess}, needs: conventions.ReadOnly,
		sends: []string{"GET /v1/audiences?pageSize=1001, and down to 10"}, run: (*lab).findPageSize,
	},
	{
		conventions: []string{conventions.UnknownSessionStatus, conventions.PathCharacters}, needs: conventions.ReadOnly,
		sends: []string{"GET /v2/customer_sessions/… twice, of a session that does not exist"}, run: (*lab).findUnknownSession,
	},
	{
		conventions: []string{conventions.ForbiddenStatus}, needs: conventions.ReadOnly,
		sends: []string{"nothing beyond the check of the endpoints"}, run: (*lab).findForbiddenStatus,
	},
	{
		conventions: []string{conventions.RetryAfter}, needs: conventions.ReadOnly,
		sends: []string{"GET /v1/applications, up to 12 times at once"}, run: (*lab).findRetryAfter,
	},
	{
		conventions: []string{conventions.ReadLag, conventions.Flapping}, needs: conventions.Sandbox,
		sends: []string{"POST /v2/audiences", "GET /v1/audiences/{id}/memberships, every 400 ms until it appears"}, run: (*lab).findReadLag,
	},
	{
		conventions: []string{conventions.IDTrim, conventions.NameTrim}, needs: conventions.Sandbox,
		sends: []string{"POST /v2/audiences"}, run: (*lab).findTrim,
	},
	{
		conventions: []string{conventions.UnknownProperties}, needs: conventions.Sandbox,
		sends: []string{"POST /v2/audiences"}, run: (*lab).findUnknownProperties,
	},
	{
		conventions: []string{conventions.OmittedApplications}, needs: conventions.Sandbox,
		sends: []string{"POST /v2/audiences", "PUT /v2/audiences/{id}"}, run: (*lab).findOmittedApplications,
	},
	{
		conventions: []string{conventions.RepeatedMembership}, needs: conventions.Sandbox,
		sends: []string{"POST /v2/audiences", "POST /v2/customer_audiences (a deletion)"}, run: (*lab).findRepeatedMembership,
	},
	{
		conventions: []string{conventions.RejectedCodes}, needs: conventions.Sandbox,
		sends: []string{"PUT /v2/customer_sessions/…?dry=true"}, run: (*lab).findRejectedCodes,
	},
	{
		conventions: []string{conventions.Idempotency}, needs: conventions.Sandbox,
		sends: []string{"PUT /v2/customer_sessions/…?dry=true, twice"}, run: (*lab).findIdempotency,
	},
	{
		conventions: []string{conventions.ListOrder, conventions.ListShift}, needs: conventions.Sandbox,
		sends: []string{"POST /v2/audiences, three times", "GET /v1/audiences, up to nine times"}, run: (*lab).findListOrder,
	},
	{
		conventions: []string{conventions.EqualImport}, needs: conventions.Sandbox,
		sends: []string{"POST /v1/collections", "POST /v1/collections/{id}/import, twice", "DELETE /v1/collections/{id}"}, run: (*lab).findEqualImport,
	},
	{
		conventions: []string{conventions.Legacy2022}, needs: conventions.Sandbox,
		sends: []string{"POST /v2/audiences", "DELETE /v2/audiences/{id}/memberships"}, run: (*lab).findLegacy2022,
	},
	{
		conventions: []string{conventions.LegacyEvents}, needs: conventions.Sandbox,
		sends: []string{"POST /v1/events without content"}, run: (*lab).findLegacyEvents,
	},
	{
		conventions: []string{
			conventions.MandatoryAttributes, conventions.SKUCase, conventions.NumberStorage, conventions.UnpricedItems,
			conventions.AddExistingItem, conventions.PatchItem, conventions.OmittedPrice, conventions.OmittedProduct,
		},
		needs: conventions.Catalog,
		sends: []string{"PUT /v1/catalogs/{id}/sync, up to seven times", "GET /v1/catalogs/{id}/items"}, run: (*lab).findItems,
	},
	{
		conventions: []string{conventions.ProfileIDCase}, needs: conventions.Traces, leaves: "a profile",
		sends: []string{"PUT /v2/customer_profiles/…", "GET /v1/customer_profiles/…/inventory"}, run: (*lab).findProfileIDCase,
	},
	{
		conventions: []string{conventions.AttributeUpdate, conventions.AttributeNull}, needs: conventions.Traces, leaves: "a profile",
		sends: []string{"PUT /v2/customer_profiles/…, four times", "GET /v1/customer_profiles/…/inventory"}, run: (*lab).findAttributes,
	},
	{
		conventions: []string{conventions.MembershipProfiles}, needs: conventions.Traces, leaves: "a profile",
		sends: []string{"POST /v2/audiences", "POST /v2/customer_audiences", "GET /v1/customer_profiles/…/inventory"}, run: (*lab).findMembershipProfiles,
	},
	{
		conventions: []string{conventions.MembershipActions}, needs: conventions.Traces, leaves: "a profile",
		sends: []string{"POST /v2/audiences, twice", "DELETE /v2/audiences/{id}", "POST /v2/customer_audiences", "GET /v1/audiences/{id}/memberships"}, run: (*lab).findMembershipActions,
	},
	{
		conventions: []string{conventions.ImportUnknownProfiles, conventions.ImportAmount}, needs: conventions.Traces, leaves: "three profiles",
		sends: []string{"POST /v2/audiences", "PUT /v2/customer_profiles/…, twice", "POST /v1/audiences/{id}/memberships/import, three times"}, run: (*lab).findImport,
	},
	{
		conventions: []string{conventions.ReservationRepeat}, needs: conventions.Traces, leaves: "a profile",
		sends: []string{"POST /v1/applications/{id}/campaigns/{id}/coupons", "POST /v1/coupon_reservations/…, twice", "DELETE /v1/applications/{id}/campaigns/{id}/coupons/{id}"}, run: (*lab).findReservationRepeat,
	},
	{
		conventions: []string{conventions.SessionTransitions}, needs: conventions.Traces, leaves: "a cancelled session",
		sends: []string{"PUT /v2/customer_sessions/…, three times"}, run: (*lab).findSessionTransitions,
	},
	{
		conventions: []string{conventions.AttributeChanges}, needs: conventions.Traces, leaves: "the attribute " + probeAttribute + " of giveaways, once",
		sends: []string{"GET /v1/attributes", "POST /v1/attributes, unless it is there", "PUT /v1/attributes/{id}"}, run: (*lab).findAttributeChanges,
	},
	{
		conventions: []string{conventions.ThirdPartyOnly}, needs: conventions.Traces, leaves: "an audience, where the deployment refuses to delete it",
		sends: []string{"POST /v2/audiences", "PUT /v2/audiences/{id}"}, run: (*lab).findThirdPartyOnly,
	},
}

func (l *lab) listAudiences(ctx context.Context, query url.Values) (response, error) {
	return l.send(ctx, request{key: management, method: http.MethodGet, path: "/v1/audiences", query: query})
}

func (l *lab) findListSort(ctx context.Context) error {
	got, err := l.listAudiences(ctx, url.Values{"sort": {"id"}, "pageSize": {"1"}})
	if err != nil {
		return err
	}
	if !got.ok() && !got.refused() {
		return got.unexpected()
	}
	l.sortRefused = got.refused()
	return l.choose(conventions.ListSort, got.ok(), conventions.Accepted, conventions.Refused)
}

func (l *lab) findPageSize(ctx context.Context) error {
	over, err := l.listAudiences(ctx, url.Values{"pageSize": {"1001"}})
	if err != nil {
		return err
	}
	if !over.ok() && !over.refused() {
		return over.unexpected()
	}
	if over.ok() {
		// A page that is full although there is more tells its largest size; a shorter list does not.
		l.pageSize = 1000
		if more, _ := over.at("hasMore").(bool); more {
			l.pageSize = min(l.pageSize, len(over.rows()))
		}
		return errors.Join(l.conclude(conventions.PageSizeExcess, conventions.Clamped), l.conclude(conventions.PageSizeMax, strconv.Itoa(l.pageSize)))
	}
	for _, size := range []int{1000, 500, 250, 200, 100, 50, 25, 20, 10} {
		got, err := l.listAudiences(ctx, url.Values{"pageSize": {strconv.Itoa(size)}})
		if err != nil {
			return err
		}
		if got.ok() {
			l.pageSize = size
			return errors.Join(l.conclude(conventions.PageSizeExcess, conventions.Refused), l.conclude(conventions.PageSizeMax, strconv.Itoa(size)))
		}
	}
	return unknown("even a page of 10 rows is refused")
}

func (l *lab) findUnknownSession(ctx context.Context) error {
	id := l.prefix + "no-such@session"
	get := func(path string) (response, error) {
		return l.send(ctx, request{key: integration, method: http.MethodGet, path: "/v2/customer_sessions/" + path})
	}
	encoded, err := get(escaped(id))
	if err != nil {
		return err
	}
	plain, err := get(id)
	if err != nil {
		return err
	}
	same := encoded.status == plain.status && text(encoded.at("message")) == text(plain.at("message"))
	return errors.Join(
		l.conclude(conventions.UnknownSessionStatus, strconv.Itoa(encoded.status)),
		l.choose(conventions.PathCharacters, same, conventions.RFC3986, conventions.EncodedOnly),
	)
}

func (l *lab) findForbiddenStatus(_ context.Context) error {
	if len(l.access) == 0 {
		return errNoKey
	}
	for _, result := range l.access {
		if !result.allowed {
			return l.conclude(conventions.ForbiddenStatus, strconv.Itoa(result.status))
		}
	}
	return unknown("the Management key has every endpoint")
}

func (l *lab) findRetryAfter(ctx context.Context) error {
	if l.slowed == 0 {
		for range 12 {
			got, err := l.send(ctx, request{key: management, method: http.MethodGet, path: "/v1/applications", query: url.Values{"pageSize": {"1"}}, hasty: true})
			if err != nil {
				return err
			}
			if got.status == http.StatusTooManyRequests {
				break
			}
		}
	}
	if l.slowed == 0 {
		return unknown("12 requests at once were not refused")
	}
	return l.choose(conventions.RetryAfter, l.retryAfter, conventions.Yes, conventions.No)
}

const (
	// lagStep is the time between two looks for something that was written.
	lagStep = 400 * time.Millisecond
	// lagLimit is the longest lag that is measured.
	lagLimit = time.Minute
	// steadyLooks is how many looks in a row have to see it.
	steadyLooks = 6
)

func (l *lab) findReadLag(ctx context.Context) error {
	id, err := l.audience(ctx)
	if err != nil {
		return err
	}
	written := l.clock.now()
	var lag time.Duration
	flapping, seenBefore := false, false
	for seen := 0; seen < steadyLooks; {
		look := l.clock.now().Sub(written)
		got, err := l.send(ctx, request{key: management, method: http.MethodGet, path: "/v1/audiences/" + id + "/memberships", query: url.Values{"pageSize": {"1"}}})
		switch {
		case err != nil:
			return err
		case got.ok():
			seen++
			seenBefore = true
		case got.status != http.StatusNotFound:
			return got.unexpected()
		case look > lagLimit:
			return unknown("the audience was still missing after %s", lagLimit)
		default:
			flapping = flapping || seenBefore
			seen = 0
			lag = (look + lagStep).Round(lagStep)
		}
		if err := l.clock.sleep(ctx, lagStep); err != nil {
			return err
		}
	}
	l.lag = lag
	return errors.Join(l.conclude(conventions.ReadLag, lag.String()), l.choose(conventions.Flapping, flapping, conventions.Yes, conventions.No))
}

func (l *lab) findTrim(ctx context.Context) error {
	name := l.name()
	got, err := l.tryAudience(ctx, map[string]any{"name": name + " ", "integrationId": " " + name})
	if err != nil {
		return err
	}
	if !got.ok() {
		return unknown("an audience whose name and ID have blanks around them is refused with %d", got.status)
	}
	return errors.Join(
		l.choose(conventions.NameTrim, text(got.at("name")) == name, conventions.Yes, conventions.No),
		l.choose(conventions.IDTrim, text(got.at("integrationId")) == name, conventions.Yes, conventions.No),
	)
}

func (l *lab) findUnknownProperties(ctx context.Context) error {
	got, err := l.tryAudience(ctx, map[string]any{"talononeProbe": true})
	if err != nil {
		return err
	}
	if !got.ok() && !got.refused() {
		return got.unexpected()
	}
	return l.choose(conventions.UnknownProperties, got.ok(), conventions.Ignored, conventions.Refused)
}

func (l *lab) findOmittedApplications(ctx context.Context) error {
	got, err := l.tryAudience(ctx, map[string]any{"subscribedApplicationsIds": []int64{l.app.id}})
	if err != nil {
		return err
	}
	connected, _ := got.at("subscribedApplicationsIds").([]any)
	if len(connected) == 0 {
		return unknown("the deployment does not connect audiences to Applications")
	}
	updated, err := l.must(ctx, request{
		key: integration, method: http.MethodPut, path: "/v2/audiences/" + text(got.at("id")), body: map[string]any{"name": text(got.at("name"))},
	})
	if err != nil {
		return err
	}
	connected, _ = updated.at("subscribedApplicationsIds").([]any)
	return l.choose(conventions.OmittedApplications, len(connected) > 0, conventions.Kept, conventions.Cleared)
}

type membershipAction struct {
	Action     string `json:"action"`
	ProfileID  string `json:"profileIntegrationId"`
	AudienceID int64  `json:"audienceId"`
}

func action(do, profileID, audienceID string) membershipAction {
	id, _ := strconv.ParseInt(audienceID, 10, 64)
	return membershipAction{do, profileID, id}
}

func (l *lab) changeMembers(ctx context.Context, actions ...membershipAction) (response, error) {
	return l.send(ctx, request{key: integration, method: http.MethodPost, path: "/v2/customer_audiences", body: map[string]any{"data": actions}})
}

func (l *lab) findRepeatedMembership(ctx context.Context) error {
	id, err := l.audience(ctx)
	if err != nil {
		return err
	}
	got, err := l.changeMembers(ctx, action("delete", l.name(), id))
	if err != nil {
		return err
	}
	if !got.ok() && !got.refused() {
		return got.unexpected()
	}
	return l.choose(conventions.RepeatedMembership, got.ok(), conventions.Ignored, conventions.Refused)
}

func (l *lab) findRejectedCodes(ctx context.Context) error {
	got, err := l.dry(ctx, l.name(), map[string]any{"couponCodes": []string{"TALONONE-PROBE-NO-SUCH-CODE"}}, nil)
	if err != nil {
		return err
	}
	codes, _ := got.at("customerSession", "couponCodes").([]any)
	return l.choose(conventions.RejectedCodes, len(codes) > 0, conventions.Kept, conventions.Dropped)
}

func (l *lab) findIdempotency(ctx context.Context) error {
	id := l.name()
	header := map[string]string{"Idempotency-Key": id}
	codes := make([]string, 2)
	for i := range codes {
		got, err := l.dry(ctx, id, map[string]any{"identifiers": []string{"probe-" + strconv.Itoa(i)}}, header)
		if err != nil {
			return err
		}
		codes[i] = text(got.at("customerSession", "identifiers", 0))
	}
	if codes[0] == "" {
		return unknown("the response to a dry run does not show the session")
	}
	return l.choose(conventions.Idempotency, codes[0] == codes[1], conventions.Repeats, conventions.Ignored)
}

func (l *lab) findListOrder(ctx context.Context) error {
	for range 3 {
		if _, err := l.audience(ctx); err != nil {
			return err
		}
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	query := url.Values{"pageSize": {strconv.Itoa(max(10, l.pageSize))}}
	stable := true
	var first []int64
	for range 3 {
		got, err := l.listAudiences(ctx, query)
		if err != nil {
			return err
		}
		if !got.ok() {
			return got.unexpected()
		}
		ids := idsOf(got)
		if first == nil {
			first = ids
		}
		stable = stable && slices.Equal(ids, first)
	}
	if err := l.choose(conventions.ListOrder, stable && slices.IsSorted(first), conventions.ByID, conventions.Unstable); err != nil {
		return err
	}
	return l.findListShift(ctx, stable)
}

// findListShift reads two pages that share a row.
func (l *lab) findListShift(ctx context.Context, stable bool) error {
	query := func(skip string) url.Values {
		q := url.Values{"pageSize": {"2"}, "skip": {skip}}
		if !l.sortRefused {
			q.Set("sort", "id")
		}
		return q
	}
	if l.sortRefused && !stable {
		l.notes[conventions.ListShift] = "the order of lists is unstable and cannot be chosen"
		return nil
	}
	shifted := false
	for range 3 {
		var pages [2][]int64
		for i, skip := range []string{"0", "1"} {
			got, err := l.listAudiences(ctx, query(skip))
			if err != nil {
				return err
			}
			if !got.ok() {
				return got.unexpected()
			}
			if pages[i] = idsOf(got); len(pages[i]) == 0 {
				return unknown("the list is empty")
			}
		}
		shifted = shifted || pages[0][len(pages[0])-1] != pages[1][0]
	}
	return l.choose(conventions.ListShift, shifted, conventions.Yes, conventions.No)
}

func idsOf(list response) []int64 {
	ids := []int64{}
	for _, row := range list.rows() {
		id, _ := strconv.ParseInt(text(dig(row, "id")), 10, 64)
		ids = append(ids, id)
	}
	return ids
}

func (l *lab) findLegacy2022(ctx context.Context) error {
	id, err := l.audience(ctx)
	if err != nil {
		return err
	}
	got, err := l.send(ctx, request{key: integration, method: http.MethodDelete, path: "/v2/audiences/" + id + "/memberships"})
	if err != nil {
		return err
	}
	if !got.ok() && !got.unauthorized() {
		return got.unexpected()
	}
	return l.choose(conventions.Legacy2022, got.ok(), conventions.No, conventions.Yes)
}

func (l *lab) findLegacyEvents(ctx context.Context) error {
	got, err := l.send(ctx, request{key: integration, method: http.MethodPost, path: "/v1/events", body: map[string]any{}})
	if err != nil {
		return err
	}
	return l.choose(conventions.LegacyEvents, got.status == http.StatusBadRequest, conventions.Yes, conventions.No)
}

func (l *lab) updateProfile(ctx context.Context, id string, attributes map[string]any) (response, error) {
	return l.send(ctx, request{key: integration, method: http.MethodPut, path: "/v2/customer_profiles/" + escaped(id), body: map[string]any{"attributes": attributes}})
}

func (l *lab) inventory(ctx context.Context, id string) (response, error) {
	if err := l.settle(ctx); err != nil {
		return response{}, err
	}
	return l.send(ctx, request{
		key: integration, method: http.MethodGet, path: "/v1/customer_profiles/" + escaped(id) + "/inventory", query: url.Values{"profile": {"true"}},
	})
}

func (l *lab) findProfileIDCase(ctx context.Context) error {
	id := l.name()
	got, err := l.updateProfile(ctx, id+"-CASE", map[string]any{})
	if err != nil {
		return err
	}
	if !got.ok() {
		return got.unexpected()
	}
	if got, err = l.inventory(ctx, id+"-case"); err != nil {
		return err
	}
	if !got.ok() && got.status != http.StatusNotFound {
		return got.unexpected()
	}
	return l.choose(conventions.ProfileIDCase, got.ok(), conventions.Folded, conventions.Sensitive)
}

func (l *lab) findAttributes(ctx context.Context) error {
	known, err := l.definitions(ctx, "CustomerProfile")
	if err != nil {
		return err
	}
	if len(known) < 2 {
		return unknown("the account has fewer than two attributes of profiles with which this can be tried")
	}
	a, b := known[0], known[1]
	id := l.name()
	both := map[string]any{a.name: a.sample(1), b.name: b.sample(1)}
	if got, err := l.updateProfile(ctx, id, both); err != nil || !got.ok() {
		return errors.Join(err, failed(got))
	}
	if got, err := l.updateProfile(ctx, id, map[string]any{a.name: a.sample(2)}); err != nil || !got.ok() {
		return errors.Join(err, failed(got))
	}
	hasB := func() (bool, error) {
		got, err := l.inventory(ctx, id)
		if err == nil && !got.ok() {
			err = got.unexpected()
		}
		return got.at("profile", "attributes", b.name) != nil, err
	}
	kept, err := hasB()
	if err != nil {
		return err
	}
	if err := l.choose(conventions.AttributeUpdate, kept, conventions.Merges, conventions.Replaces); err != nil {
		return err
	}
	if got, err := l.updateProfile(ctx, id, both); err != nil || !got.ok() {
		return errors.Join(err, failed(got))
	}
	got, err := l.updateProfile(ctx, id, map[string]any{a.name: a.sample(1), b.name: nil})
	if err != nil {
		return err
	}
	if got.refused() {
		return l.conclude(conventions.AttributeNull, conventions.Refused)
	}
	if kept, err = hasB(); err != nil {
		return err
	}
	return l.choose(conventions.AttributeNull, kept, conventions.Ignored, conventions.Clears)
}

// failed is the error of a response that is not a success.
func failed(got response) error {
	if got.status == 0 || got.ok() {
		return nil
	}
	return got.unexpected()
}

func (l *lab) findMembershipProfiles(ctx context.Context) error {
	id, err := l.audience(ctx)
	if err != nil {
		return err
	}
	profile := l.name()
	if got, err := l.changeMembers(ctx, action("add", profile, id)); err != nil || !got.ok() {
		return errors.Join(err, failed(got))
	}
	got, err := l.inventory(ctx, profile)
	if err != nil {
		return err
	}
	if !got.ok() && !got.refused() {
		return got.unexpected()
	}
	return l.choose(conventions.MembershipProfiles, got.ok(), conventions.Visible, conventions.Hidden)
}

func (l *lab) findMembershipActions(ctx context.Context) error {
	id, err := l.audience(ctx)
	if err != nil {
		return err
	}
	gone, err := l.audience(ctx)
	if err != nil {
		return err
	}
	if err := l.deleteAudience(ctx, gone); err != nil {
		return err
	}
	got, err := l.changeMembers(ctx, action("add", l.name(), id), action("add", l.prefix+"gone", gone))
	if err != nil {
		return err
	}
	if !got.refused() {
		return unknown("a request with an unknown audience gets %d", got.status)
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	if got, err = l.must(ctx, request{key: management, method: http.MethodGet, path: "/v1/audiences/" + id + "/memberships"}); err != nil {
		return err
	}
	return l.choose(conventions.MembershipActions, len(got.rows()) > 0, conventions.Partly, conventions.Atomic)
}

func (l *lab) upload(ctx context.Context, audience string, members ...string) (response, error) {
	return l.uploadColumn(ctx, "/v1/audiences/"+audience+"/memberships/import", "profileintegrationid", members...)
}

func (l *lab) uploadColumn(ctx context.Context, path, column string, rows ...string) (response, error) {
	const boundary = "talonone-probe"
	content := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"upFile\"; filename=\"rows.csv\"\r\nContent-Type: text/csv\r\n\r\n" +
		column + "\n" + strings.Join(rows, "\n") + "\n\r\n--" + boundary + "--\r\n"
	return l.send(ctx, request{
		key: management, method: http.MethodPost, path: path,
		body: []byte(content), contentType: "multipart/form-data; boundary=" + boundary,
	})
}

func (l *lab) findImport(ctx context.Context) error {
	id, err := l.audience(ctx)
	if err != nil {
		return err
	}
	known := []string{l.name(), l.name()}
	for _, profile := range known {
		if got, err := l.updateProfile(ctx, profile, map[string]any{}); err != nil || !got.ok() {
			return errors.Join(err, failed(got))
		}
	}
	got, err := l.upload(ctx, id, l.name())
	if err != nil {
		return err
	}
	if !got.ok() && got.status != http.StatusBadRequest {
		return got.unexpected()
	}
	if err := l.choose(conventions.ImportUnknownProfiles, got.ok(), conventions.Created, conventions.Refused); err != nil {
		return err
	}
	for i := range known {
		if got, err = l.upload(ctx, id, known[:i+1]...); err != nil || !got.ok() {
			return errors.Join(err, failed(got))
		}
	}
	switch amount := text(got.at("amount")); amount {
	case "2":
		return l.conclude(conventions.ImportAmount, conventions.Total)
	case "1":
		return l.conclude(conventions.ImportAmount, conventions.Changed)
	case "0":
		return l.conclude(conventions.ImportAmount, conventions.Zero)
	default:
		return unknown("an import of two members, of which one is new, has the amount %q", amount)
	}
}

func (l *lab) findEqualImport(ctx context.Context) error {
	name := l.name()
	l.later("collection "+name, func(ctx context.Context) error { return l.deleteCollection(ctx, name) })
	made, err := l.must(ctx, request{key: management, method: http.MethodPost, path: "/v1/collections", body: map[string]any{"name": name}})
	if err != nil {
		return err
	}
	var got response
	for i := range 2 {
		got, err = l.uploadColumn(ctx, "/v1/collections/"+text(made.at("id"))+"/import", "item", "probe-1", "probe-2")
		if err != nil {
			return err
		}
		if !got.ok() && (i == 0 || !got.refused()) {
			return got.unexpected()
		}
	}
	return l.choose(conventions.EqualImport, got.ok(), conventions.Accepted, conventions.Refused)
}

// deleteCollection deletes by name what was made, whether or not the response came.
func (l *lab) deleteCollection(ctx context.Context, name string) error {
	if err := l.settle(ctx); err != nil {
		return err
	}
	got, err := l.must(ctx, request{key: management, method: http.MethodGet, path: "/v1/collections", query: url.Values{"name": {name}}})
	if err != nil {
		return err
	}
	for _, row := range got.rows() {
		if text(dig(row, "name")) == name {
			_, err = l.must(ctx, request{key: management, method: http.MethodDelete, path: "/v1/collections/" + text(dig(row, "id"))})
		}
	}
	return err
}

// probeAttribute is made once: attributes can't be deleted.
const probeAttribute = "talononeProbe"

func (l *lab) findAttributeChanges(ctx context.Context) error {
	own := map[string]any{
		"entity": "Giveaway", "name": probeAttribute, "type": "string", "title": "Made by talonone-probe", "editable": true,
		"description": "Made by talonone-probe to find out what can be changed of an attribute. Nothing uses it.", "suggestions": []string{},
	}
	got, err := l.must(ctx, request{key: management, method: http.MethodGet, path: "/v1/attributes", query: url.Values{"entity": {"Giveaway"}, "pageSize": {strconv.Itoa(max(1, l.pageSize))}}})
	if err != nil {
		return err
	}
	id := ""
	for _, row := range got.rows() {
		if text(dig(row, "name")) == probeAttribute {
			id = text(dig(row, "id"))
			own["title"] = text(dig(row, "title"))
		}
	}
	if id == "" {
		if got, err = l.must(ctx, request{key: management, method: http.MethodPost, path: "/v1/attributes", body: own}); err != nil {
			return err
		}
		id = text(got.at("id"))
	}
	title := "Made by talonone-probe"
	if own["title"] == title {
		title += " (changed)"
	}
	own["title"] = title
	got, err = l.send(ctx, request{key: management, method: http.MethodPut, path: "/v1/attributes/" + id, body: own})
	switch {
	case err != nil:
		return err
	case got.refused():
		return l.conclude(conventions.AttributeChanges, conventions.Refused)
	case !got.ok():
		return got.unexpected()
	}
	return l.choose(conventions.AttributeChanges, text(got.at("title")) == title, conventions.Accepted, conventions.Ignored)
}

func (l *lab) findReservationRepeat(ctx context.Context) error {
	campaigns := "/v1/applications/" + strconv.FormatInt(l.app.id, 10) + "/campaigns"
	got, err := l.must(ctx, request{key: management, method: http.MethodGet, path: campaigns, query: url.Values{"pageSize": {strconv.Itoa(max(1, l.pageSize))}}})
	if err != nil {
		return err
	}
	campaign := ""
	for _, row := range got.rows() {
		features, _ := dig(row, "features").([]any)
		if slices.Contains(features, any("coupons")) {
			campaign = text(dig(row, "id"))
		}
	}
	if campaign == "" {
		return unknown("no campaign of the Application has coupons")
	}
	got, err = l.must(ctx, request{
		key: management, method: http.MethodPost, path: campaigns + "/" + campaign + "/coupons", query: url.Values{"silent": {"no"}},
		body: map[string]any{"usageLimit": 1, "numberOfCoupons": 1},
	})
	if err != nil {
		if !got.refused() {
			l.left = append(l.left, "perhaps a coupon of campaign "+campaign+", whose creation failed")
		}
		return err
	}
	id, code := text(got.at("data", 0, "id")), text(got.at("data", 0, "value"))
	if id == "" || code == "" {
		return unknown("the coupon that was made is not in the response")
	}
	l.later("coupon "+code, func(ctx context.Context) error {
		_, err := l.must(ctx, request{key: management, method: http.MethodDelete, path: campaigns + "/" + campaign + "/coupons/" + id})
		return err
	})
	profile := l.name()
	for range 2 {
		got, err = l.send(ctx, request{
			key: integration, method: http.MethodPost, path: "/v1/coupon_reservations/" + escaped(code), body: map[string]any{"integrationIDs": []string{profile}},
		})
		if err != nil {
			return err
		}
	}
	switch counter := text(got.at("reservationCounter")); {
	case got.status == http.StatusBadRequest:
		return l.conclude(conventions.ReservationRepeat, conventions.Refused)
	case !got.ok():
		return got.unexpected()
	case counter == "1":
		return l.conclude(conventions.ReservationRepeat, conventions.Ignored)
	case counter == "2":
		return l.conclude(conventions.ReservationRepeat, conventions.Counted)
	default:
		return unknown("after two reservations for one profile the counter is %q", counter)
	}
}

func (l *lab) findSessionTransitions(ctx context.Context) error {
	id := l.name()
	put := func(state string) (response, error) {
		return l.send(ctx, request{
			key: integration, method: http.MethodPut, path: "/v2/customer_sessions/" + escaped(id),
			body: map[string]any{"customerSession": map[string]any{"state": state}, "responseContent": []string{"customerSession"}},
		})
	}
	if got, err := put("closed"); err != nil || !got.ok() {
		return errors.Join(err, failed(got))
	}
	l.later("closed session "+id, func(ctx context.Context) error {
		_, err := l.must(ctx, request{
			key: integration, method: http.MethodPut, path: "/v2/customer_sessions/" + escaped(id),
			body: map[string]any{"customerSession": map[string]any{"state": "cancelled"}},
		})
		return err
	})
	got, err := put("open")
	switch {
	case err != nil:
		return err
	case got.refused():
		return l.conclude(conventions.SessionTransitions, conventions.Refused)
	case !got.ok():
		return got.unexpected()
	case text(got.at("customerSession", "state")) == "closed":
		return l.conclude(conventions.SessionTransitions, conventions.Ignored)
	default:
		return unknown("a closed session becomes %q by an update", text(got.at("customerSession", "state")))
	}
}

func (l *lab) findThirdPartyOnly(ctx context.Context) error {
	got, err := l.tryAudience(ctx, map[string]any{"integrationId": nil})
	if err != nil {
		return err
	}
	if !got.ok() {
		return got.unexpected()
	}
	updated, err := l.send(ctx, request{
		key: integration, method: http.MethodPut, path: "/v2/audiences/" + text(got.at("id")), body: map[string]any{"name": text(got.at("name"))},
	})
	if err != nil {
		return err
	}
	return l.choose(conventions.ThirdPartyOnly, updated.ok(), conventions.No, conventions.Yes)
}

// sync sends actions of one type to the catalog.
func (l *lab) sync(ctx context.Context, kind string, payloads ...map[string]any) (response, error) {
	actions := make([]any, len(payloads))
	for i, payload := range payloads {
		actions[i] = map[string]any{"type": kind, "payload": payload}
	}
	return l.moved(ctx, request{method: http.MethodPut, path: l.catalogPath() + "/sync", body: map[string]any{"actions": actions}})
}

func (l *lab) catalogPath() string { return "/v1/catalogs/" + strconv.FormatInt(l.catalog, 10) }

// addItem makes an item with the attributes that the catalog demands, and more.
func (l *lab) addItem(ctx context.Context, sku string, content map[string]any) (response, error) {
	payload := map[string]any{"sku": sku}
	attributes := maps.Clone(l.mandatory)
	for name, value := range content {
		if more, ok := value.(map[string]any); ok && name == "attributes" {
			maps.Copy(attributes, more)
			continue
		}
		payload[name] = value
	}
	if len(attributes) > 0 {
		payload["attributes"] = attributes
	}
	if replaces, _ := content["replaceIfExists"].(bool); !replaces {
		l.later("item "+sku, func(ctx context.Context) error {
			got, err := l.sync(ctx, "REMOVE", map[string]any{"sku": sku})
			if err == nil && !got.ok() && got.status != http.StatusBadRequest {
				err = got.unexpected()
			}
			return err
		})
	}
	return l.sync(ctx, "ADD", payload)
}

// item reads one item of the catalog; nil where it is not there.
func (l *lab) item(ctx context.Context, sku string) (any, error) {
	got, err := l.must(ctx, request{key: management, method: http.MethodGet, path: l.catalogPath() + "/items", query: url.Values{"sku": {sku}}})
	return got.at("data", 0), err
}

func itemAttribute(item any, name string) any {
	list, _ := dig(item, "attributes").([]any)
	for _, entry := range list {
		if text(dig(entry, "name")) == name {
			return dig(entry, "value")
		}
	}
	return nil
}

func (l *lab) findItems(ctx context.Context) error {
	bare := l.name()
	if err := l.findMandatory(ctx, bare); err != nil {
		return err
	}
	// SKUs end in a capital letter, so that folding shows.
	numbers, replaced, patched := l.name()+"-X", l.name(), l.name()
	known, err := l.definitions(ctx, "CartItem")
	if err != nil {
		return err
	}
	known = slices.DeleteFunc(known, func(d definition) bool { return l.mandatory[d.name] != nil })
	content := map[string]any{"price": 7, "product": map[string]any{"name": l.prefix + "product"}}
	change := map[string]any{}
	if len(known) >= 2 {
		content["attributes"] = map[string]any{known[0].name: known[0].sample(1), known[1].name: known[1].sample(1)}
		change[known[0].name] = known[0].sample(2)
	}
	const price = "0.12345678901234567891"
	for _, add := range []struct {
		sku     string
		content map[string]any
	}{{numbers, map[string]any{"price": rawNumber(price)}}, {replaced, content}, {patched, content}} {
		if got, err := l.addItem(ctx, add.sku, add.content); err != nil || !got.ok() {
			return errors.Join(err, failed(got))
		}
	}
	if got, err := l.addItem(ctx, replaced, map[string]any{"replaceIfExists": true, "attributes": change}); err != nil || !got.ok() {
		return errors.Join(err, failed(got))
	}
	if got, err := l.sync(ctx, "PATCH", map[string]any{"sku": patched, "attributes": change}); err != nil || !got.ok() {
		return errors.Join(err, failed(got))
	}
	if err := l.settle(ctx); err != nil {
		return err
	}
	folded, err := l.item(ctx, strings.ToLower(numbers))
	if err != nil {
		return err
	}
	items := make(map[string]any)
	for _, sku := range []string{bare, numbers, replaced, patched} {
		if items[sku], err = l.item(ctx, sku); err != nil {
			return err
		}
		if items[sku] == nil {
			return unknown("an item that was added is not in the list")
		}
	}
	if len(known) >= 2 {
		err = errors.Join(
			l.choose(conventions.AddExistingItem, itemAttribute(items[replaced], known[1].name) == nil, conventions.Replaces, conventions.Merges),
			l.choose(conventions.PatchItem, itemAttribute(items[patched], known[1].name) == nil, conventions.Replaces, conventions.Merges),
		)
	} else {
		l.notes[conventions.AddExistingItem] = "the catalog has fewer than two attributes with which this can be tried"
		l.notes[conventions.PatchItem] = l.notes[conventions.AddExistingItem]
	}
	return errors.Join(
		err,
		l.choose(conventions.SKUCase, folded != nil, conventions.Folded, conventions.Sensitive),
		l.concludeNumber(text(dig(items[numbers], "price")), price),
		l.concludeUnpriced(items[bare]),
		l.choose(conventions.OmittedPrice, priceOf(items[patched]).Sign() != 0, conventions.Kept, conventions.Cleared),
		l.choose(conventions.OmittedProduct, dig(items[patched], "product", "name") != nil, conventions.Kept, conventions.Cleared),
	)
}

// findMandatory adds an item without attributes, and again with those that the deployment asks for. It stops where
// the catalog turns out to belong to a live Application.
func (l *lab) findMandatory(ctx context.Context, sku string) error {
	known, err := l.definitions(ctx, "CartItem")
	if err != nil {
		return err
	}
	got, err := l.addItem(ctx, sku, nil)
	if err != nil {
		return err
	}
	names := missingAttributes(got)
	if got.status == http.StatusBadRequest && len(names) > 0 {
		for i, name := range names {
			at := slices.IndexFunc(known, func(d definition) bool { return d.name == name })
			if at < 0 {
				return unknown("no value is known for the mandatory attribute %s", name)
			}
			l.mandatory[name] = known[at].sample(i)
		}
		if got, err = l.addItem(ctx, sku, nil); err != nil {
			return err
		}
	}
	switch {
	case got.status == http.StatusNotFound:
		return unknown("there is no catalog %d", l.catalog)
	case !got.ok():
		return got.unexpected()
	}
	connected, _ := got.at("subscribedApplicationsIds").([]any)
	for _, id := range connected {
		app, err := l.must(ctx, request{key: management, method: http.MethodGet, path: "/v1/applications/" + text(id)})
		if err != nil {
			return err
		}
		if sandbox, known := app.at("sandbox").(bool); !sandbox || !known {
			return unknown("catalog %d belongs to Application %s, which is not a sandbox", l.catalog, text(id))
		}
	}
	if len(names) == 0 {
		return l.conclude(conventions.MandatoryAttributes, conventions.None)
	}
	return l.conclude(conventions.MandatoryAttributes, strings.Join(names, ","))
}

// missingAttributes reads the names of attributes in the pointers of an error.
func missingAttributes(got response) []string {
	items, _ := got.at("errors").([]any)
	var names []string
	for _, item := range items {
		pointer := text(dig(item, "source", "pointer"))
		if _, name, ok := strings.Cut(pointer, "/attributes/"); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// rawNumber is a JSON number that is sent digit by digit.
type rawNumber string

// MarshalJSON writes the digits.
func (n rawNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }

func priceOf(item any) *big.Rat { return rational(text(dig(item, "price"))) }

func rational(number string) *big.Rat {
	value, ok := new(big.Rat).SetString(number)
	if !ok {
		return new(big.Rat)
	}
	return value
}

func (l *lab) concludeNumber(stored, sent string) error {
	float, _ := rational(sent).Float64()
	switch kept := rational(stored); {
	case kept.Cmp(rational(sent)) == 0:
		return l.conclude(conventions.NumberStorage, conventions.Decimal)
	case kept.Cmp(big.NewRat(12, 100)) == 0:
		return l.conclude(conventions.NumberStorage, conventions.TwoDecimals)
	case kept.Cmp(rational(strconv.FormatFloat(float, 'g', -1, 64))) == 0:
		return l.conclude(conventions.NumberStorage, conventions.Float64)
	default:
		l.notes[conventions.NumberStorage] = fmt.Sprintf("the price %s is kept as %s", sent, stored)
		return nil
	}
}

func (l *lab) concludeUnpriced(item any) error {
	object, _ := item.(map[string]any)
	price, shown := object["price"]
	switch {
	case !shown:
		return l.conclude(conventions.UnpricedItems, conventions.Absent)
	case price == nil:
		return l.conclude(conventions.UnpricedItems, conventions.Null)
	default:
		return l.conclude(conventions.UnpricedItems, conventions.Zero)
	}
}
