package customer

import (
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// inventoryModel mirrors the data source talonone_customer_inventory.
type inventoryModel struct {
	IntegrationID            types.String       `tfsdk:"integration_id"`
	Parts                    types.List         `tfsdk:"parts"`
	LoyaltyProjectionEndDate timetypes.RFC3339  `tfsdk:"loyalty_projection_end_date"`
	Profile                  *ownProfileModel   `tfsdk:"profile"`
	Referrals                []referralModel    `tfsdk:"referrals"`
	Coupons                  []couponModel      `tfsdk:"coupons"`
	Loyalty                  *loyaltyModel      `tfsdk:"loyalty"`
	Giveaways                []giveawayModel    `tfsdk:"giveaways"`
	Achievements             []achievementModel `tfsdk:"achievements"`
}

type ownProfileModel struct {
	ID                  types.Int64          `tfsdk:"id"`
	IntegrationID       types.String         `tfsdk:"integration_id"`
	AccountID           types.Int64          `tfsdk:"account_id"`
	Created             timetypes.RFC3339    `tfsdk:"created"`
	LastActivity        timetypes.RFC3339    `tfsdk:"last_activity"`
	Attributes          jsontypes.Normalized `tfsdk:"attributes"`
	ClosedSessions      types.Int64          `tfsdk:"closed_sessions"`
	TotalSales          types.Number         `tfsdk:"total_sales"`
	AudienceMemberships types.List           `tfsdk:"audience_memberships"`
	Sandbox             types.Bool           `tfsdk:"sandbox"`
}

type referralModel struct {
	ID                           types.Int64          `tfsdk:"id"`
	Created                      timetypes.RFC3339    `tfsdk:"created"`
	CampaignID                   types.Int64          `tfsdk:"campaign_id"`
	AdvocateProfileIntegrationID types.String         `tfsdk:"advocate_profile_integration_id"`
	FriendProfileIntegrationID   types.String         `tfsdk:"friend_profile_integration_id"`
	Code                         types.String         `tfsdk:"code"`
	UsageLimit                   types.Int64          `tfsdk:"usage_limit"`
	UsageCounter                 types.Int64          `tfsdk:"usage_counter"`
	StartDate                    timetypes.RFC3339    `tfsdk:"start_date"`
	ExpiryDate                   timetypes.RFC3339    `tfsdk:"expiry_date"`
	Attributes                   jsontypes.Normalized `tfsdk:"attributes"`
	BatchID                      types.String         `tfsdk:"batch_id"`
	ImportID                     types.Int64          `tfsdk:"import_id"`
	ReferredCustomers            []string             `tfsdk:"referred_customers"`
}

type couponModel struct {
	ID                     types.Int64          `tfsdk:"id"`
	Created                timetypes.RFC3339    `tfsdk:"created"`
	CampaignID             types.Int64          `tfsdk:"campaign_id"`
	Value                  types.String         `tfsdk:"value"`
	State                  types.String         `tfsdk:"state"`
	ProfileRedemptionCount types.Int64          `tfsdk:"profile_redemption_count"`
	UsageLimit             types.Int64          `tfsdk:"usage_limit"`
	UsageCounter           types.Int64          `tfsdk:"usage_counter"`
	DiscountLimit          types.Number         `tfsdk:"discount_limit"`
	DiscountCounter        types.Number         `tfsdk:"discount_counter"`
	DiscountRemainder      types.Number         `tfsdk:"discount_remainder"`
	ReservationLimit       types.Int64          `tfsdk:"reservation_limit"`
	ReservationCounter     types.Number         `tfsdk:"reservation_counter"`
	StartDate              timetypes.RFC3339    `tfsdk:"start_date"`
	ExpiryDate             timetypes.RFC3339    `tfsdk:"expiry_date"`
	Limits                 []couponLimitModel   `tfsdk:"limits"`
	Attributes             jsontypes.Normalized `tfsdk:"attributes"`
	ReferralID             types.Int64          `tfsdk:"referral_id"`
	RecipientIntegrationID types.String         `tfsdk:"recipient_integration_id"`
	ImportID               types.Int64          `tfsdk:"import_id"`
	BatchID                types.String         `tfsdk:"batch_id"`
	Reservation            types.Bool           `tfsdk:"reservation"`
	IsReservationMandatory types.Bool           `tfsdk:"is_reservation_mandatory"`
	ImplicitlyReserved     types.Bool           `tfsdk:"implicitly_reserved"`
}

type couponLimitModel struct {
	Action   types.String `tfsdk:"action"`
	Limit    types.Number `tfsdk:"limit"`
	Period   types.String `tfsdk:"period"`
	Entities []string     `tfsdk:"entities"`
}

type loyaltyModel struct {
	Programs map[string]loyaltyProgramModel `tfsdk:"programs"`
	Cards    []loyaltyCardModel             `tfsdk:"cards"`
}

type loyaltyProgramModel struct {
	ID         types.Int64            `tfsdk:"id"`
	Name       types.String           `tfsdk:"name"`
	Title      types.String           `tfsdk:"title"`
	JoinDate   timetypes.RFC3339      `tfsdk:"join_date"`
	Ledger     ledgerModel            `tfsdk:"ledger"`
	SubLedgers map[string]ledgerModel `tfsdk:"sub_ledgers"`
}

type ledgerModel struct {
	CurrentBalance           types.Number `tfsdk:"current_balance"`
	PendingBalance           types.Number `tfsdk:"pending_balance"`
	NegativeBalance          types.Number `tfsdk:"negative_balance"`
	ExpiredBalance           types.Number `tfsdk:"expired_balance"`
	SpentBalance             types.Number `tfsdk:"spent_balance"`
	TentativeCurrentBalance  types.Number `tfsdk:"tentative_current_balance"`
	TentativePendingBalance  types.Number `tfsdk:"tentative_pending_balance"`
	TentativeNegativeBalance types.Number `tfsdk:"tentative_negative_balance"`
	CurrentTier              *tierModel   `tfsdk:"current_tier"`
	PointsToNextTier         types.Number `tfsdk:"points_to_next_tier"`
	NextTierName             types.String `tfsdk:"next_tier_name"`
}

type tierModel struct {
	ID              types.Int64       `tfsdk:"id"`
	Name            types.String      `tfsdk:"name"`
	StartDate       timetypes.RFC3339 `tfsdk:"start_date"`
	ExpiryDate      timetypes.RFC3339 `tfsdk:"expiry_date"`
	DowngradePolicy types.String      `tfsdk:"downgrade_policy"`
}

type loyaltyCardModel struct {
	ID                types.Int64            `tfsdk:"id"`
	Created           timetypes.RFC3339      `tfsdk:"created"`
	Modified          timetypes.RFC3339      `tfsdk:"modified"`
	ProgramID         types.Int64            `tfsdk:"program_id"`
	ProgramName       types.String           `tfsdk:"program_name"`
	ProgramTitle      types.String           `tfsdk:"program_title"`
	Status            types.String           `tfsdk:"status"`
	BlockReason       types.String           `tfsdk:"block_reason"`
	Identifier        types.String           `tfsdk:"identifier"`
	UsersPerCardLimit types.Int64            `tfsdk:"users_per_card_limit"`
	Profiles          []cardProfileModel     `tfsdk:"profiles"`
	Ledger            *ledgerModel           `tfsdk:"ledger"`
	Subledgers        map[string]ledgerModel `tfsdk:"subledgers"`
	OldCardIdentifier types.String           `tfsdk:"old_card_identifier"`
	NewCardIdentifier types.String           `tfsdk:"new_card_identifier"`
	BatchID           types.String           `tfsdk:"batch_id"`
}

type cardProfileModel struct {
	IntegrationID types.String      `tfsdk:"integration_id"`
	Timestamp     timetypes.RFC3339 `tfsdk:"timestamp"`
}

type giveawayModel struct {
	ID                   types.Int64          `tfsdk:"id"`
	Created              timetypes.RFC3339    `tfsdk:"created"`
	Code                 types.String         `tfsdk:"code"`
	PoolID               types.Int64          `tfsdk:"pool_id"`
	StartDate            timetypes.RFC3339    `tfsdk:"start_date"`
	EndDate              timetypes.RFC3339    `tfsdk:"end_date"`
	Attributes           jsontypes.Normalized `tfsdk:"attributes"`
	Used                 types.Bool           `tfsdk:"used"`
	ImportID             types.Int64          `tfsdk:"import_id"`
	ProfileIntegrationID types.String         `tfsdk:"profile_integration_id"`
	ProfileID            types.Int64          `tfsdk:"profile_id"`
}

type achievementModel struct {
	AchievementID                types.Int64       `tfsdk:"achievement_id"`
	CampaignID                   types.Int64       `tfsdk:"campaign_id"`
	Name                         types.String      `tfsdk:"name"`
	Title                        types.String      `tfsdk:"title"`
	Description                  types.String      `tfsdk:"description"`
	Status                       types.String      `tfsdk:"status"`
	Progress                     types.Number      `tfsdk:"progress"`
	Target                       types.Number      `tfsdk:"target"`
	StartDate                    timetypes.RFC3339 `tfsdk:"start_date"`
	CompletionDate               timetypes.RFC3339 `tfsdk:"completion_date"`
	EndDate                      timetypes.RFC3339 `tfsdk:"end_date"`
	RecurrencePolicy             types.String      `tfsdk:"achievement_recurrence_policy"`
	ActivationPolicy             types.String      `tfsdk:"achievement_activation_policy"`
	FixedStartDate               timetypes.RFC3339 `tfsdk:"achievement_fixed_start_date"`
	AchievementEndDate           timetypes.RFC3339 `tfsdk:"achievement_end_date"`
	AllowRollbackAfterCompletion types.Bool        `tfsdk:"achievement_allow_rollback_after_completion"`
}

// fill takes over a response. A part that was asked for is never null, one that
// was not always is, whatever the response omits.
func (m *inventoryModel) fill(api *talonone.Inventory, asked talonone.InventoryParts) {
	if asked.Profile && api.Profile != nil {
		m.Profile = ownProfileFromAPI(api.Profile)
	}
	if asked.Referrals {
		m.Referrals = converted(api.Referrals, referralFromAPI)
	}
	if asked.Coupons {
		m.Coupons = converted(api.Coupons, couponFromAPI)
	}
	if asked.Loyalty {
		m.Loyalty = loyaltyFromAPI(api.Loyalty)
	}
	if asked.Giveaways {
		m.Giveaways = converted(api.Giveaways, giveawayFromAPI)
	}
	if asked.Achievements {
		m.Achievements = converted(api.Achievements, achievementFromAPI)
	}
}

func ownProfileFromAPI(api *talonone.CustomerProfile) *ownProfileModel {
	return &ownProfileModel{
		ID: types.Int64Value(api.ID), IntegrationID: types.StringValue(api.IntegrationID), AccountID: types.Int64Value(api.AccountID),
		Created: framework.Time(api.Created), LastActivity: framework.OptionalTime(api.LastActivity), Attributes: customattr.Shown(api.Attributes),
		ClosedSessions: types.Int64Value(api.ClosedSessions), TotalSales: framework.Number(api.TotalSales),
		AudienceMemberships: membershipsFromAPI(api.AudienceMemberships), Sandbox: types.BoolPointerValue(api.Sandbox),
	}
}

func referralFromAPI(api talonone.InventoryReferral) referralModel {
	return referralModel{
		ID: types.Int64Value(api.ID), Created: framework.Time(api.Created), CampaignID: types.Int64Value(api.CampaignID),
		AdvocateProfileIntegrationID: types.StringValue(api.AdvocateProfileIntegrationID), FriendProfileIntegrationID: optional(api.FriendProfileIntegrationID),
		Code: types.StringValue(api.Code), UsageLimit: types.Int64Value(api.UsageLimit), UsageCounter: types.Int64Value(api.UsageCounter),
		StartDate: framework.OptionalTime(api.StartDate), ExpiryDate: framework.OptionalTime(api.ExpiryDate), Attributes: customattr.Shown(api.Attributes),
		BatchID: optional(api.BatchID), ImportID: types.Int64PointerValue(api.ImportID), ReferredCustomers: notNil(api.ReferredCustomers),
	}
}

func couponFromAPI(api talonone.InventoryCoupon) couponModel {
	return couponModel{
		ID: types.Int64Value(api.ID), Created: framework.Time(api.Created), CampaignID: types.Int64Value(api.CampaignID), Value: types.StringValue(api.Value),
		State: types.StringValue(api.State), ProfileRedemptionCount: types.Int64Value(api.ProfileRedemptionCount),
		UsageLimit: types.Int64Value(api.UsageLimit), UsageCounter: types.Int64Value(api.UsageCounter),
		DiscountLimit: framework.Number(api.DiscountLimit), DiscountCounter: framework.Number(api.DiscountCounter), DiscountRemainder: framework.Number(api.DiscountRemainder),
		ReservationLimit: types.Int64PointerValue(api.ReservationLimit), ReservationCounter: framework.Number(api.ReservationCounter),
		StartDate: framework.OptionalTime(api.StartDate), ExpiryDate: framework.OptionalTime(api.ExpiryDate), Limits: converted(api.Limits, couponLimitFromAPI),
		Attributes: customattr.Shown(api.Attributes), ReferralID: types.Int64PointerValue(api.ReferralID), RecipientIntegrationID: optional(api.RecipientIntegrationID),
		ImportID: types.Int64PointerValue(api.ImportID), BatchID: optional(api.BatchID), Reservation: types.BoolPointerValue(api.Reservation),
		IsReservationMandatory: types.BoolPointerValue(api.IsReservationMandatory), ImplicitlyReserved: types.BoolPointerValue(api.ImplicitlyReserved),
	}
}

func couponLimitFromAPI(api talonone.CouponLimit) couponLimitModel {
	return couponLimitModel{Action: types.StringValue(api.Action), Limit: framework.Number(api.Limit), Period: optional(api.Period), Entities: notNil(api.Entities)}
}

func loyaltyFromAPI(api *talonone.Loyalty) *loyaltyModel {
	model := &loyaltyModel{Programs: map[string]loyaltyProgramModel{}, Cards: []loyaltyCardModel{}}
	if api == nil {
		return model
	}
	for id, program := range api.Programs {
		model.Programs[id] = loyaltyProgramModel{
			ID: types.Int64Value(program.ID), Name: types.StringValue(program.Name), Title: types.StringValue(program.Title), JoinDate: framework.OptionalTime(program.JoinDate),
			Ledger: ledgerFromAPI(program.Ledger), SubLedgers: ledgersFromAPI(program.SubLedgers),
		}
	}
	model.Cards = converted(api.Cards, loyaltyCardFromAPI)
	return model
}

func ledgersFromAPI(api map[string]talonone.LoyaltyLedger) map[string]ledgerModel {
	models := make(map[string]ledgerModel, len(api))
	for id, ledger := range api {
		models[id] = ledgerFromAPI(ledger)
	}
	return models
}

func ledgerFromAPI(api talonone.LoyaltyLedger) ledgerModel {
	model := ledgerModel{
		CurrentBalance: framework.Number(api.CurrentBalance), PendingBalance: framework.Number(api.PendingBalance), NegativeBalance: framework.Number(api.NegativeBalance),
		ExpiredBalance: framework.Number(api.ExpiredBalance), SpentBalance: framework.Number(api.SpentBalance),
		TentativeCurrentBalance: framework.Number(api.TentativeCurrentBalance), TentativePendingBalance: framework.Number(api.TentativePendingBalance),
		TentativeNegativeBalance: framework.Number(api.TentativeNegativeBalance), PointsToNextTier: framework.Number(api.PointsToNextTier), NextTierName: optional(api.NextTierName),
	}
	if tier := api.CurrentTier; tier != nil {
		model.CurrentTier = &tierModel{
			ID: types.Int64Value(tier.ID), Name: types.StringValue(tier.Name), StartDate: framework.OptionalTime(tier.StartDate), ExpiryDate: framework.OptionalTime(tier.ExpiryDate),
			DowngradePolicy: optional(tier.DowngradePolicy),
		}
	}
	return model
}

func loyaltyCardFromAPI(api talonone.LoyaltyCard) loyaltyCardModel {
	model := loyaltyCardModel{
		ID: types.Int64Value(api.ID), Created: framework.Time(api.Created), Modified: framework.OptionalTime(api.Modified), ProgramID: types.Int64Value(api.ProgramID),
		ProgramName: optional(api.ProgramName), ProgramTitle: optional(api.ProgramTitle), Status: types.StringValue(api.Status), BlockReason: optional(api.BlockReason),
		Identifier: types.StringValue(api.Identifier), UsersPerCardLimit: types.Int64Value(api.UsersPerCardLimit), Subledgers: ledgersFromAPI(api.Subledgers),
		OldCardIdentifier: optional(api.OldCardIdentifier), NewCardIdentifier: optional(api.NewCardIdentifier), BatchID: optional(api.BatchID),
		Profiles: converted(api.Profiles, func(p talonone.LoyaltyCardProfile) cardProfileModel {
			return cardProfileModel{IntegrationID: types.StringValue(p.IntegrationID), Timestamp: framework.Time(p.Timestamp)}
		}),
	}
	if api.Ledger != nil {
		ledger := ledgerFromAPI(*api.Ledger)
		model.Ledger = &ledger
	}
	return model
}

func giveawayFromAPI(api talonone.Giveaway) giveawayModel {
	return giveawayModel{
		ID: types.Int64Value(api.ID), Created: framework.Time(api.Created), Code: types.StringValue(api.Code), PoolID: types.Int64Value(api.PoolID),
		StartDate: framework.OptionalTime(api.StartDate), EndDate: framework.OptionalTime(api.EndDate), Attributes: customattr.Shown(api.Attributes),
		Used: types.BoolPointerValue(api.Used), ImportID: types.Int64PointerValue(api.ImportID), ProfileIntegrationID: optional(api.ProfileIntegrationID),
		ProfileID: types.Int64PointerValue(api.ProfileID),
	}
}

func achievementFromAPI(api talonone.Achievement) achievementModel {
	return achievementModel{
		AchievementID: types.Int64Value(api.AchievementID), CampaignID: types.Int64Value(api.CampaignID), Name: types.StringValue(api.Name),
		Title: types.StringValue(api.Title), Description: types.StringValue(api.Description), Status: types.StringValue(api.Status),
		Progress: framework.Number(api.Progress), Target: framework.Number(api.Target), StartDate: framework.OptionalTime(api.StartDate), CompletionDate: framework.OptionalTime(api.CompletionDate),
		EndDate: framework.OptionalTime(api.EndDate), RecurrencePolicy: types.StringValue(api.RecurrencePolicy), ActivationPolicy: types.StringValue(api.ActivationPolicy),
		FixedStartDate: framework.OptionalTime(api.FixedStartDate), AchievementEndDate: framework.OptionalTime(api.AchievementEndDate),
		AllowRollbackAfterCompletion: types.BoolPointerValue(api.AllowRollbackAfterCompletion),
	}
}

// optional is null for a missing or empty text.
func optional(text *string) types.String { return framework.OptionalString(text, types.StringNull()) }

// notNil is an empty list for a missing one.
func notNil(texts []string) []string {
	return converted(texts, func(text string) string { return text })
}

func converted[A, M any](api []A, convert func(A) M) []M {
	models := make([]M, len(api))
	for i := range api {
		models[i] = convert(api[i])
	}
	return models
}
