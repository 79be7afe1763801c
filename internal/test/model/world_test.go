package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// place is a collection that several resources, and others, can put something into.
type place struct {
	kind string
	// number is the ID of an audience or a catalog.
	number int64
	coupon string
}

const (
	inAudience = "audience"
	inCatalog  = "catalog"
	onCoupon   = "coupon"
)

func audiencePlace(id int64) place { return place{kind: inAudience, number: id} }

// importID is what an import of a place takes: without names for all that is in it.
func (p place) importID(names ...string) string {
	target := p.coupon
	if p.kind != onCoupon {
		target = strconv.FormatInt(p.number, 10)
	}
	if len(names) == 0 {
		return target
	}
	switch p.kind {
	case inAudience:
		return target + "/" + strings.TrimSuffix(csvText([][]string{names}), "\n")
	case inCatalog:
		escaped := make([]string, len(names))
		for i, name := range names {
			escaped[i] = strings.NewReplacer("%", "%25", ",", "%2C").Replace(name)
		}
		names = escaped
	}
	return target + "/" + strings.Join(names, ",")
}

// importable are the names that an import ID can hold.
func (p place) importable(c content) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c)), func(name string) bool {
		return p.kind == onCoupon && strings.Contains(name, ",")
	})
}

// content is what is in a place, by name: members and customers have no content, items are in canonical JSON.
type content map[string]string

// audience is what the deployment says of an audience, but for its members.
type audience struct {
	Name, Description string
	Applications      []int64
}

// referral is what the deployment says of a referral, but for its code.
type referral struct {
	Advocate, Friend string
	Limit            int64
	Attributes       string
}

// world is a deployment, as far as the resources under test can change it.
type world struct {
	Audiences map[int64]audience
	Referrals map[int64]referral
	Places    map[place]content
	// Rest is everything that nobody may touch.
	Rest string
}

// item is a catalog item as the API takes it.
type item struct {
	Price      json.Number    `json:"price,omitempty"`
	Product    string         `json:"product,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// canonical writes equal items alike: numbers by value, times in UTC.
func (i item) canonical() string {
	i.Price = canonicalNumber(i.Price)
	i.Attributes = maps.Clone(i.Attributes)
	for name, value := range i.Attributes {
		switch value := value.(type) {
		case json.Number:
			i.Attributes[name] = canonicalNumber(value)
		case string:
			if moment, err := time.Parse(time.RFC3339, value); err == nil {
				i.Attributes[name] = moment.UTC().Format(time.RFC3339Nano)
			}
		}
	}
	return mustJSON(i)
}

func canonicalNumber(number json.Number) json.Number {
	value, ok := new(big.Rat).SetString(number.String())
	if !ok {
		return number
	}
	text := value.FloatString(30)
	return json.Number(strings.TrimSuffix(strings.TrimRight(text, "0"), "."))
}

func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// observe reads the deployment from the emulator's own state, past the API.
func observe(t testing.TB, d *acctest.Deployment) *world {
	t.Helper()
	text, err := d.Server.State()
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Audiences struct {
			All []struct {
				ID             int64
				Name           string
				Description    string
				ApplicationIDs []int64
				Members        []int64
			}
		}
		Catalogs struct {
			All []struct {
				ID    int64
				Items []struct {
					item
					SKU string
				}
			}
		}
		Coupons struct {
			All []struct {
				Value        string
				Reservations []struct{ ProfileID int64 }
			}
		}
		Referrals struct {
			All []struct {
				ID               int64
				Advocate, Friend string
				UsageLimit       int64
				Attributes       map[string]any
			}
		}
		Profiles struct {
			All []struct {
				ID            int64
				IntegrationID string
				Attributes    map[string]any
			}
		}
		Definitions, Sessions, Events, Loyalty json.RawMessage
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&state); err != nil {
		t.Fatal(err)
	}
	w := &world{Audiences: map[int64]audience{}, Referrals: map[int64]referral{}, Places: map[place]content{}}
	names := make(map[int64]string)
	attributes := make(map[string]any)
	for _, p := range state.Profiles.All {
		names[p.ID] = p.IntegrationID
		if len(p.Attributes) > 0 {
			attributes[p.IntegrationID] = p.Attributes
		}
	}
	for _, a := range state.Audiences.All {
		slices.Sort(a.ApplicationIDs)
		w.Audiences[a.ID] = audience{a.Name, a.Description, a.ApplicationIDs}
		members := content{}
		for _, id := range a.Members {
			members[names[id]] = ""
		}
		w.Places[audiencePlace(a.ID)] = members
	}
	for _, c := range state.Catalogs.All {
		items := content{}
		for _, i := range c.Items {
			items[i.SKU] = i.canonical()
		}
		w.Places[place{kind: inCatalog, number: c.ID}] = items
	}
	for _, c := range state.Coupons.All {
		customers := content{}
		for _, r := range c.Reservations {
			customers[names[r.ProfileID]] = ""
		}
		w.Places[place{kind: onCoupon, coupon: c.Value}] = customers
	}
	for _, r := range state.Referrals.All {
		w.Referrals[r.ID] = referral{r.Advocate, r.Friend, r.UsageLimit, canonicalAttributes(r.Attributes)}
	}
	w.Rest = mustJSON([]any{attributes, state.Definitions, state.Sessions, state.Events, state.Loyalty})
	return w
}

func canonicalAttributes(attributes map[string]any) string {
	if len(attributes) == 0 {
		return ""
	}
	return mustJSON(attributes)
}

// edit is something that others do to the deployment.
type edit struct {
	text string
	do   func(testing.TB, *acctest.Deployment)
}

func (w world) join(p place, member string) edit {
	w.Places[p][member] = ""
	return memberEdit("add", p, member)
}

func (w world) leave(p place, member string) edit {
	delete(w.Places[p], member)
	return memberEdit("delete", p, member)
}

func memberEdit(action string, p place, member string) edit {
	return edit{fmt.Sprintf("%s %q, audience %d", action, member, p.number), func(t testing.TB, d *acctest.Deployment) {
		d.Call(t, "POST", "/v2/customer_audiences", map[string]any{"data": []any{
			map[string]any{"action": action, "profileIntegrationId": member, "audienceId": p.number},
		}}, nil)
	}}
}

func (w world) putItem(p place, sku string, i item) edit {
	w.Places[p][sku] = i.canonical()
	return edit{fmt.Sprintf("put item %q of catalog %d: %s", sku, p.number, mustJSON(i)), func(t testing.TB, d *acctest.Deployment) {
		payload := map[string]any{"sku": sku, "replaceIfExists": true}
		if i.Price != "" {
			payload["price"] = i.Price
		}
		if i.Product != "" {
			payload["product"] = map[string]any{"name": i.Product}
		}
		if i.Attributes != nil {
			payload["attributes"] = i.Attributes
		}
		syncCatalog(t, d, p, "ADD", payload)
	}}
}

func (w world) removeItem(p place, sku string) edit {
	delete(w.Places[p], sku)
	return edit{fmt.Sprintf("remove item %q of catalog %d", sku, p.number), func(t testing.TB, d *acctest.Deployment) {
		syncCatalog(t, d, p, "REMOVE", map[string]any{"sku": sku})
	}}
}

func syncCatalog(t testing.TB, d *acctest.Deployment, p place, kind string, payload any) {
	t.Helper()
	d.Call(t, "PUT", "/v1/catalogs/"+strconv.FormatInt(p.number, 10)+"/sync", map[string]any{
		"actions": []any{map[string]any{"type": kind, "payload": payload}},
	}, nil)
}

func (w world) reserve(p place, customer string) edit {
	w.Places[p][customer] = ""
	return reservationEdit("POST", p, customer)
}

func (w world) unreserve(p place, customer string) edit {
	delete(w.Places[p], customer)
	return reservationEdit("DELETE", p, customer)
}

func reservationEdit(method string, p place, customer string) edit {
	return edit{fmt.Sprintf("%s reservation of %s for %q", method, p.coupon, customer), func(t testing.TB, d *acctest.Deployment) {
		d.Call(t, method, "/v1/coupon_reservations/"+p.coupon, map[string]any{"integrationIDs": []string{customer}}, nil)
	}}
}

func (w world) changeAudience(id int64, to audience) edit {
	to.Description = w.Audiences[id].Description
	w.Audiences[id] = to
	return edit{fmt.Sprintf("change audience %d: %+v", id, to), func(t testing.TB, d *acctest.Deployment) {
		applications := to.Applications
		if applications == nil {
			applications = []int64{}
		}
		d.Call(t, "PUT", fmt.Sprintf("/v2/audiences/%d", id), map[string]any{"name": to.Name, "subscribedApplicationsIds": applications}, nil)
	}}
}

func (w world) deleteAudience(id int64) edit {
	delete(w.Audiences, id)
	delete(w.Places, audiencePlace(id))
	return edit{fmt.Sprintf("delete audience %d", id), func(t testing.TB, d *acctest.Deployment) {
		d.Call(t, "DELETE", fmt.Sprintf("/v2/audiences/%d", id), nil, nil)
	}}
}

func referralPath(id int64) string {
	return fmt.Sprintf("/v1/applications/1/campaigns/11/referrals/%d", id)
}

func (w world) deleteReferral(id int64) edit {
	delete(w.Referrals, id)
	return edit{fmt.Sprintf("delete referral %d", id), func(t testing.TB, d *acctest.Deployment) {
		d.Call(t, "DELETE", referralPath(id), nil, nil)
	}}
}

func (w world) changeReferral(id int64, to referral) edit {
	to.Advocate, to.Attributes = w.Referrals[id].Advocate, w.Referrals[id].Attributes
	w.Referrals[id] = to
	return edit{fmt.Sprintf("change referral %d: %+v", id, to), func(t testing.TB, d *acctest.Deployment) {
		body := map[string]any{"usageLimit": to.Limit}
		if to.Friend != "" {
			body["friendProfileIntegrationId"] = to.Friend
		}
		d.Call(t, "PUT", referralPath(id), body, nil)
	}}
}
