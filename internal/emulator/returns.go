package emulator

import (
	"slices"
	"strconv"
	"time"
)

// sessionReturn is one partial return of a session.
type sessionReturn struct {
	ID      int64          `json:"id"`
	Created time.Time      `json:"created"`
	EventID int64          `json:"eventId"`
	Items   []returnedItem `json:"items"`
}

type returnedItem struct {
	Position int64  `json:"position"`
	SKU      string `json:"sku,omitempty"`
	Quantity int64  `json:"quantity"`
}

// returnBody is what returnCartItems takes.
type returnBody struct {
	Return *struct {
		Items []struct {
			Position *int64  `json:"position" rule:"min=0"`
			SKU      *string `json:"sku" rule:"is=sku,min=1"`
			Quantity *int64  `json:"quantity" rule:"min=1"`
		} `json:"returnedCartItems" rule:"required,min=1"`
	} `json:"return" rule:"required"`
	ResponseContent []string `json:"responseContent" rule:"each:enum=customerSession|customerProfile|coupons|triggeredCampaigns|referral|loyalty|event|previousReturns"`
}

// returnItems takes items of a closed session back.
func (s *Server) returnItems(r *request) (reply, error) {
	var body returnBody
	if err := r.decode(&body); err != nil {
		return reply{}, err
	}
	dry, err := r.boolQuery("dry", false)
	if err != nil {
		return reply{}, err
	}
	rerun, err := r.boolQuery("runRuleEngine", false)
	if err != nil {
		return reply{}, err
	}
	found, err := s.findSession(r)
	if err != nil {
		return reply{}, err
	}
	if found.State != stateClosed && found.State != statePartiallyReturned {
		return reply{}, refused("Items of a session that is %s cannot be returned, only of a closed one", found.State)
	}
	draft := *found
	draft.CartItems = slices.Clone(found.CartItems)
	var items []returnedItem
	var problems []errorItem
	for i, one := range body.Return.Items {
		item, problem := draft.takeBack(one.Position, one.SKU, one.Quantity, "/return/returnedCartItems/"+strconv.Itoa(i))
		problems = append(problems, problem...)
		items = append(items, item)
	}
	if len(problems) > 0 {
		return reply{}, badRequest(problems...)
	}
	draft.State = statePartiallyReturned
	draft.Updated = s.now()
	draft.UpdateCount++
	var effects []effect
	var failures []ruleFailure
	if rerun {
		effects, failures = s.evaluateSession(&draft, s.now(), nil)
	}
	response := newIntegrationState(effects)
	owner := s.ownerOf(r, found)
	returned := sessionReturn{Created: s.now(), Items: items}
	last := &event{ApplicationID: found.ApplicationID, Created: returned.Created, Type: "talon_session_partially_returned"}
	if !dry {
		returned.ID = s.state.nextID(kindReturn)
		last = s.recordSession(last.Type, found, owner, effects)
		returned.EventID = last.ID
		draft.Returns = append(slices.Clone(found.Returns), returned)
		*found = draft
	}
	response["return"] = s.viewReturn(&draft, returned, owner)
	return okReply(s.addParts(response, r, &draft, last, effects, failures, body.ResponseContent)), nil
}

// takeBack returns units of one line, all that are left when quantity is nil.
func (one *session) takeBack(position *int64, sku *string, quantity *int64, pointer string) (returnedItem, []errorItem) {
	wrong := func(at, format string, args ...any) (returnedItem, []errorItem) {
		return returnedItem{}, []errorItem{atPointer(pointer+at, titleInvalidValue, format, args...)}
	}
	var line int
	switch {
	case position != nil:
		if *position >= int64(len(one.CartItems)) {
			return wrong("/position", "the session has %d items, positions count from 0", len(one.CartItems))
		}
		line = int(*position)
		if sku != nil && *sku != one.CartItems[line].SKU {
			return wrong("/sku", "the item at position %d has the SKU %q", line, one.CartItems[line].SKU)
		}
	case sku != nil:
		line = slices.IndexFunc(one.CartItems, func(item cartItem) bool { return item.SKU == *sku && item.Returned < item.Quantity })
		if line < 0 {
			return wrong("/sku", "no item with this SKU is left in the session")
		}
	default:
		return wrong("", "position or sku is required")
	}
	item := &one.CartItems[line]
	left := item.Quantity - item.Returned
	amount := left
	assign(&amount, quantity)
	if left == 0 || amount > left {
		return wrong("/quantity", "%d of %d units are left to return", left, item.Quantity)
	}
	item.Returned += amount
	return returnedItem{Position: int64(line), SKU: item.SKU, Quantity: amount}, nil
}

func (s *Server) viewReturn(one *session, returned sessionReturn, owner *profile) map[string]any {
	view := map[string]any{
		"id": returned.ID, "created": returned.Created, "applicationId": one.ApplicationID, "accountId": s.state.AccountID,
		"returnedCartItems": returned.Items, "eventId": returned.EventID, "sessionId": one.ID, "sessionIntegrationId": one.IntegrationID,
	}
	if owner != nil {
		view["profileId"], view["profileIntegrationId"] = owner.ID, owner.IntegrationID
	}
	return view
}
