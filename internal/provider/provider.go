// Package provider is the Talon.One provider: its configuration, and the
// registration of the constructs that the packages beside it define.
package provider

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/application"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/audience"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/catalog"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/collection"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/coupon"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customer"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/definition"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/event"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/loyalty"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/protocol"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/referral"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/session"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Address is where Terraform finds the provider.
const Address = "registry.terraform.io/talon-one/talonone"

var (
	_ provider.Provider                  = (*talonOneProvider)(nil)
	_ provider.ProviderWithFunctions     = (*talonOneProvider)(nil)
	_ provider.ProviderWithActions       = (*talonOneProvider)(nil)
	_ provider.ProviderWithListResources = (*talonOneProvider)(nil)
)

// Build describes the provider's binary.
type Build struct {
	// Version is a semantic version, "dev" for builds by hand.
	Version string
	// Commit is the revision it was built from; may be empty.
	Commit string
	// DataDir is Terraform's data folder, where the provider notes requests without
	// a response; empty notes none.
	DataDir string
	// ReadConsistency is how long reads may lag behind writes; zero means the default.
	ReadConsistency time.Duration
}

type talonOneProvider struct{ build Build }

// New returns the constructor that the provider server takes.
func New(build Build) func() provider.Provider {
	return func() provider.Provider { return &talonOneProvider{build: build} }
}

// NewServer serves the provider over Terraform's protocol.
func NewServer(build Build) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer { return protocol.Wrap(providerserver.NewProtocol6(New(build)())()) }
}

func (p *talonOneProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "talonone"
	resp.Version = p.build.Version
}

// model mirrors the provider block.
type model struct {
	BaseURL                     types.String  `tfsdk:"base_url"`
	IntegrationAPIKey           types.String  `tfsdk:"integration_api_key"`
	ManagementAPIKey            types.String  `tfsdk:"management_api_key"`
	ManagementToken             types.String  `tfsdk:"management_token"`
	LegacyManagerAuth           types.Bool    `tfsdk:"legacy_manager_auth"`
	MaxRetries                  types.Int64   `tfsdk:"max_retries"`
	RequestTimeout              types.String  `tfsdk:"request_timeout"`
	ManagementRequestsPerSecond types.Float64 `tfsdk:"management_requests_per_second"`
	ValidateAttributes          types.Bool    `tfsdk:"validate_attributes"`
	ValidateReferences          types.Bool    `tfsdk:"validate_references"`
	ReadConsistency             types.String  `tfsdk:"read_consistency"`
	MovedFrom                   types.String  `tfsdk:"moved_from"`
	CACertFile                  types.String  `tfsdk:"ca_cert_file"`
	ClientCertFile              types.String  `tfsdk:"client_cert_file"`
	ClientKeyFile               types.String  `tfsdk:"client_key_file"`
}

func (p *talonOneProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages audiences, memberships, catalogs, coupons, referrals and customer data of a [Talon.One](https://www.talon.one) deployment.",
		Attributes: withVariables(map[string]schema.Attribute{
			"base_url": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Address of the deployment, for example `https://example.europe-west1.talon.one`. " +
					"`https` is required, except for loopback hosts such as the emulator's. Keys and client certificates from the environment are only sent to the host that " +
					"`" + EnvBaseURL + "` names; without that variable, to this one. Set the variable wherever people who must not have the keys can change the configuration.",
			},
			"integration_api_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Integration API key of one Application. It determines the Application, and with it the sandbox or live environment. " +
					"For several Applications, use several provider blocks with `alias`. Required only where the documentation of a resource says so.",
			},
			"management_api_key": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Management API key, which reads what exists. Required where the documentation of a resource says so; " +
					"the key must allow the endpoints that are named there.",
			},
			"management_token": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Bearer token of a user's session, instead of `management_api_key`, which takes precedence.",
			},
			"legacy_manager_auth": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Send the Management credential to the three operations that required it until 2023 (deleteAudienceV2, deleteAudienceMembershipsV2, syncCatalog). " +
					"Only for deployments that still require it. Default: `false`.",
			},
			"max_retries": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: fmt.Sprintf("How often a request is retried after a temporary failure: a server error or a lost connection. "+
					"Requests that are refused because of the rate limit (429) do not count: they are retried until the timeout of the operation. If a retry could create something twice, the provider looks for the result first. From 0 to 100. Default: %d.", talonone.DefaultMaxRetries),
				Validators: []validator.Int64{int64validator.Between(0, 100)},
			},
			"request_timeout": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: fmt.Sprintf("Time limit for one attempt of a request, such as `30s` or `2m`. Default: `%s`. "+
					"Only the timeouts of a resource limit exports and imports of whole audiences.", talonone.DefaultRequestTimeout),
				Validators: []validator.String{durationValidator{}},
			},
			"management_requests_per_second": schema.Float64Attribute{
				Optional: true,
				MarkdownDescription: fmt.Sprintf("Maximum rate of requests to one endpoint of the Management API. Default: %d, which is what Talon.One allows. "+
					"If the deployment refuses requests because other programs use the same key, the provider slows down.", talonone.DefaultManagementRPS),
				Validators: []validator.Float64{float64validator.AtLeast(0.01)},
			},
			"validate_attributes": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Check the names and types of custom attributes at plan time against the account's definitions. " +
					"Requires a Management key that allows the attributes endpoint; without one nothing is checked. Default: `true`.",
			},
			"validate_references": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Refuse a plan that refers to something that the deployment does not have, such as an unknown audience, Application, campaign, coupon, event type or customer session. " +
					"If a key is missing or does not allow the look-up, the apply reports it. With `false`, a failed look-up is a warning, " +
					"so that you can plan with IDs of objects that do not exist yet, such as Terragrunt's mocks. Default: `true`.",
			},
			"read_consistency": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: fmt.Sprintf("How long reads can lag behind writes, such as `15s` or `1m`. The provider reads a younger object again before it considers it deleted, "+
					"and looks this long for the result of a create whose response was lost. Default: `%s`.", framework.DefaultReadConsistency),
				Validators: []validator.String{durationValidator{}},
			},
			"moved_from": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Where the objects of the state were before they moved: the old address, such as `https://old.europe-west1.talon.one`, or the old `account_id/application_id` of the state, such as `31/3`. " +
					"The provider then treats the objects at the configured address as the same, and a refresh writes that to the state. Without it, a deployment other than that of the state is an error. " +
					"Remove it after everything has been applied.",
				Validators: []validator.String{movedFromValidator{}},
			},
			"ca_cert_file": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "PEM file with certificates of certification authorities, for a gateway or proxy with a private one. " +
					"They are trusted in addition to those of the machine. On Linux, `SSL_CERT_FILE` replaces those of the machine.",
			},
			"client_cert_file": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "PEM file with a client certificate and its intermediate certificates, for a gateway that requires one. Requires `client_key_file`.",
			},
			"client_key_file": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "PEM file with the unencrypted private key of `client_cert_file`.",
			},
		}),
	}
}

func (p *talonOneProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config model
	settings := p.withEnvironment(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(settings.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	baseURL := config.BaseURL.ValueString()
	if baseURL == "" {
		resp.Diagnostics.AddAttributeError(path.Root("base_url"), "No deployment configured",
			"The provider does not know which Talon.One deployment to use. Set base_url in the provider block, or the environment variable "+EnvBaseURL+
				", for example to https://example.europe-west1.talon.one, or to the address that the emulator prints.")
		return
	}
	if _, err := talonone.ParseBaseURL(baseURL); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("base_url"), "Invalid address of the deployment", framework.Sentence("base_url: "+err.Error()))
		return
	}
	for name, key := range map[string]types.String{
		"integration_api_key": config.IntegrationAPIKey, "management_api_key": config.ManagementAPIKey, "management_token": config.ManagementToken,
	} {
		if err := talonone.CheckKey(key.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Unusable key", fmt.Sprintf("%s: %v. It comes from the provider block or from %s.", name, err, variable(name)))
		}
	}
	security := connectionSecurity(config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	readConsistency := cmp.Or(duration(config.ReadConsistency), p.build.ReadConsistency, framework.DefaultReadConsistency)
	client, err := talonone.New(talonone.Config{
		ReadConsistency:   readConsistency,
		BaseURL:           baseURL,
		IntegrationAPIKey: config.IntegrationAPIKey.ValueString(),
		ManagementAPIKey:  config.ManagementAPIKey.ValueString(),
		ManagementToken:   config.ManagementToken.ValueString(),
		LegacyManagerAuth: config.LegacyManagerAuth.ValueBool(),
		MaxRetries:        maxRetries(config.MaxRetries),
		RequestTimeout:    duration(config.RequestTimeout),
		ManagementRPS:     config.ManagementRequestsPerSecond.ValueFloat64(),
		TLS:               security,
		UserAgent:         p.build.userAgent(req.TerraformVersion),
	})
	if err != nil {
		resp.Diagnostics.AddError("Unusable provider configuration", err.Error())
		return
	}
	allowed, err := bulk.ParseAllowDelete(os.Getenv(bulk.EnvAllowDelete), p.hasResource)
	if err != nil {
		resp.Diagnostics.AddError("Invalid value of "+bulk.EnvAllowDelete, framework.Sentence(err.Error()))
		return
	}
	// Where the folder isn't known, notes belong to no other one.
	folder, _ := os.Getwd()
	scope := journal.Scope{
		Origin: client.Address(), Credentials: client.Credentials(), Folder: folder, Workspace: journal.Workspace(p.build.DataDir),
	}
	data := &framework.Data{
		Client: client, Journal: journal.New(p.build.DataDir, scope),
		ReadConsistency:    readConsistency,
		Started:            time.Now(),
		ValidateAttributes: config.ValidateAttributes.IsNull() || config.ValidateAttributes.ValueBool(),
		ValidateReferences: config.ValidateReferences.IsNull() || config.ValidateReferences.ValueBool(),
		MovedFrom:          config.MovedFrom.ValueString(),
		AllowDelete:        allowed,
	}
	resp.ResourceData, resp.DataSourceData, resp.ActionData, resp.ListResourceData = data, data, data, data
}

func (p *talonOneProvider) Resources(ctx context.Context) []func() resource.Resource {
	resources := []func() resource.Resource{
		audience.NewAudienceResource,
		catalog.NewCatalogItemsResource,
		catalog.NewCatalogItemResource,
		audience.NewAudienceMembershipResource,
		audience.NewAudienceMembershipsResource,
		audience.NewAudienceCustomerAttributesResource,
		audience.NewCustomerAudiencesResource,
		collection.NewCollectionResource,
		coupon.NewCouponReservationResource,
		referral.NewReferralResource,
		referral.NewReferralsResource,
		customer.NewCustomerProfileResource,
		customer.NewCustomerProfilesResource,
		customer.NewCustomerDataDeletionResource,
		event.NewEventResource,
		session.NewCustomerSessionResource,
		session.NewCartItemReturnResource,
		definition.NewAttributeResource,
		definition.NewAdditionalCostResource,
		application.NewStoreResource,
		coupon.NewCouponResource,
		coupon.NewCouponsResource,
	}
	for i := range resources {
		resources[i] = framework.Managed(ctx, resources[i])
	}
	return resources
}

// hasResource says whether the provider has a resource type.
func (p *talonOneProvider) hasResource(resourceType string) bool {
	for _, construct := range p.Resources(context.Background()) {
		var named resource.MetadataResponse
		if construct().Metadata(context.Background(), resource.MetadataRequest{ProviderTypeName: "talonone"}, &named); named.TypeName == resourceType {
			return true
		}
	}
	return false
}

func (p *talonOneProvider) DataSources(context.Context) []func() datasource.DataSource {
	sources := []func() datasource.DataSource{
		audience.NewAudienceDataSource,
		audience.NewAudiencesDataSource,
		catalog.NewCatalogItemsDataSource,
		audience.NewAudienceMembersDataSource,
		coupon.NewCouponDataSource,
		coupon.NewReservedCustomersDataSource,
		customer.NewCustomerInventoryDataSource,
		loyalty.NewLoyaltyTransactionsDataSource,
		event.NewEventsDataSource,
		session.NewCustomerSessionDataSource,
		session.NewCustomerSessionsDataSource,
		session.NewProfileEvaluationDataSource,
		session.NewSessionEvaluationDataSource,
		application.NewApplicationDataSource,
		application.NewApplicationsDataSource,
		application.NewCampaignDataSource,
		application.NewCampaignsDataSource,
		application.NewStoreDataSource,
		application.NewStoresDataSource,
		collection.NewCollectionDataSource,
		collection.NewCollectionsDataSource,
		definition.NewAttributeDataSource,
		definition.NewAttributesDataSource,
		definition.NewEventTypesDataSource,
		loyalty.NewLoyaltyProgramDataSource,
		loyalty.NewLoyaltyProgramsDataSource,
	}
	for i := range sources {
		sources[i] = framework.Bounded(sources[i])
	}
	return sources
}

func (p *talonOneProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		catalog.NewCatalogItemsFromCSVFunction,
		audience.NewMembersFromCSVFunction,
		audience.NewMembersFunction,
	}
}

func (p *talonOneProvider) Actions(context.Context) []func() action.Action {
	actions := []func() action.Action{
		catalog.NewEditCatalogItemsAction,
		audience.NewClearAudienceAction,
		audience.NewUpdateAudienceCustomerAttributesAction,
		customer.NewDeleteCustomerDataAction,
		event.NewTrackEventAction,
		session.NewReturnCartItemsAction,
		definition.NewImportAllowedValuesAction,
	}
	for i := range actions {
		actions[i] = framework.PlannedAction(actions[i])
	}
	return actions
}

func (p *talonOneProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		audience.NewAudienceMembershipsList,
		audience.NewAudienceMembershipList,
		referral.NewReferralList,
		audience.NewAudienceList,
		collection.NewCollectionList,
		catalog.NewCatalogItemList,
		coupon.NewCouponReservationList,
		definition.NewAttributeList,
		definition.NewAdditionalCostList,
		application.NewStoreList,
		coupon.NewCouponList,
		coupon.NewCouponsList,
		audience.NewCustomerAudiencesList,
	}
}

// maxRetries is negative, the client's default, when none is set.
func maxRetries(value types.Int64) int {
	if value.IsNull() {
		return -1
	}
	return int(value.ValueInt64())
}

// duration is zero when none is set; its syntax has been validated.
func duration(value types.String) time.Duration {
	parsed, err := time.ParseDuration(value.ValueString())
	if err != nil {
		return 0
	}
	return parsed
}

func (b Build) userAgent(terraformVersion string) string {
	agent := "terraform-provider-talonone/" + b.Version
	if b.Commit != "" {
		agent += " (" + b.Commit + ")"
	}
	if terraformVersion != "" {
		agent += " Terraform/" + terraformVersion
	}
	return agent
}

// durationValidator accepts positive durations in Go's syntax.
type durationValidator struct{}

func (durationValidator) Description(context.Context) string {
	return "a positive duration such as 30s or 2m"
}

func (v durationValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v durationValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid duration",
			fmt.Sprintf("%s is not %s.", talonone.Quoted(req.ConfigValue.ValueString()), v.Description(ctx)))
	}
}

// movedFromValidator accepts an origin, or the IDs of an account and an Application.
type movedFromValidator struct{}

func (movedFromValidator) Description(context.Context) string {
	return "the old address of the deployment, such as https://old.europe-west1.talon.one, or the old account_id/application_id, such as 31/3"
}

func (v movedFromValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (v movedFromValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if !framework.IsMovedFrom(req.ConfigValue.ValueString()) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid moved_from", fmt.Sprintf("%s is not %s.", talonone.Quoted(req.ConfigValue.ValueString()), v.Description(ctx)))
	}
}
