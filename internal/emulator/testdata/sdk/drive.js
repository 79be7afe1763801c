// Calls every operation that the vendor's SDK for JavaScript and the emulator share. Arguments: the folder of the package, the URL.
// Prints a JSON object from the name of the operation to "" or to what went wrong.
'use strict'

const [, , folder, url] = process.argv
const sdk = require(folder)
const client = sdk.ApiClient.instance
client.basePath = url
client.timeout = 30000
const integration = new sdk.IntegrationApi()
const management = new sdk.ManagementApi()

function key (name, prefix, value) {
  if (client.authentications[name]) Object.assign(client.authentications[name], { apiKeyPrefix: prefix, apiKey: value })
}

const results = {}

// call calls an operation, and returns its response. SDKs of a generation that lacks it skip it.
async function call (name, ...args) {
  const api = [integration, management].find(one => typeof one[name] === 'function')
  if (!api) return undefined
  try {
    const response = await api[name](...args)
    results[name] = results[name] || ''
    return response
  } catch (error) {
    results[name] = `${error.message} ${(error.response && error.response.text) || ''}`
    return undefined
  }
}

// Characters that url.PathEscape and encodeURIComponent leave as they are, or both encode.
const profile = 'a@b.com'
const session = 'order:4711'
const advocate = "(x)'s!"
const coupon = '10$OFF_NOW'

async function run () {
  key('api_key_v1', 'ApiKey-v1', 'demo-integration-key')
  // Older SDKs know the login alone, and newer ones keys, too.
  const login = await call('createSession', { email: 'demo@example.com', password: 'demo-password' })
  key('manager_auth', 'Bearer', login.token)
  if (client.authentications.management_key) {
    // What is asked for with both names gets the one that is set last.
    key('management_key', 'ManagementKey-v1', 'demo-management-key')
    key('manager_auth', 'ManagementKey-v1', 'demo-management-key')
  }

  await call('updateCustomerProfileV2', profile, { attributes: { Language: 'en' } }, { runRuleEngine: true, dry: false })
  await call('updateCustomerProfilesV2', { customerProfiles: [{ integrationId: advocate, attributes: {} }] }, {})
  await call('updateCustomerSessionV2', session, {
    customerSession: { profileId: profile, couponCodes: ['SUMMER10'], cartItems: [{ name: 'Boot', sku: 'boot-1', quantity: 2, price: 10.5 }], state: 'closed' },
    responseContent: ['customerSession', 'customerProfile', 'triggeredCampaigns', 'coupons', 'loyalty', 'referral']
  }, { dry: false })
  await call('getCustomerSession', session)
  await call('returnCartItems', session, { return: { returnedCartItems: [{ position: 0, quantity: 1 }] }, responseContent: ['customerSession'] }, {})
  await call('updateCustomerSessionV2', advocate, { customerSession: { profileId: advocate, state: 'closed' } }, {})
  await call('reopenCustomerSession', advocate)
  await call('trackEvent', { profileId: profile, sessionId: session, type: 'product_shared', attributes: {} }, {})
  await call('trackEventV2', { profileId: profile, type: 'product_shared', attributes: {}, responseContent: ['customerProfile'] }, { dry: false })
  await call('createCouponReservation', coupon, { integrationIDs: [profile, advocate] })
  await call('getReservedCustomers', coupon)
  await call('getCustomerInventory', profile, { profile: true, referrals: true, coupons: true, loyalty: true, giveaways: true })
  await call('deleteCouponReservation', coupon, { integrationIDs: [profile] })
  const referral = await call('createReferral', { campaignId: 11, advocateProfileIntegrationId: advocate })
  await call('createReferralsForMultipleAdvocates', { campaignId: 11, advocateProfileIntegrationIds: [profile, advocate], usageLimit: 1 }, { silent: 'no' })
  // Older SDKs add members to audiences, and can't make one.
  const audience = await call('createAudienceV2', { name: 'VIP' })
  const other = audience || await (await fetch(`${url}/v2/audiences`, {
    method: 'POST', headers: { Authorization: 'ApiKey-v1 demo-integration-key' }, body: '{"name":"VIP"}'
  })).json()
  await call('updateCustomerProfileAudiences', { data: [{ profileIntegrationId: profile, audienceId: other.id, action: 'add' }] })
  if (audience) {
    await call('updateAudienceCustomersAttributes', audience.id, { Language: 'de' })
    await call('updateAudienceV2', audience.id, { name: 'VIPs' })
  }
  await call('getAudiences', { pageSize: 10, sort: '-id' })
  if (audience) {
    await call('deleteAudienceMembershipsV2', audience.id)
    await call('deleteAudienceV2', audience.id)
  }
  await call('syncCatalog', 6, { actions: [{ type: 'ADD', payload: { sku: "it's/1", price: 3.99, attributes: { color: 'red' } } }] })
  await call('listCatalogItems', 6, { pageSize: 10, sku: ["it's/1"], withTotalResultSize: true })
  await call('getLoyaltyProgramProfileTransactions', 5, 'customer-1', { pageSize: 5 })

  await call('getApplications', {})
  await call('getApplication', 1)
  await call('getCampaigns', 1, { pageSize: 10 })
  await call('getCampaign', 1, 12)
  await call('getAttributes', {})
  const attribute = await call('createAttribute', {
    entity: 'CartItem', name: 'width', title: 'width', type: 'number', description: '', suggestions: [], editable: true, tags: []
  })
  await call('getAttribute', attribute.id)
  await call('updateAttribute', attribute.id, {
    entity: 'CartItem', name: 'width', title: 'width', type: 'number', description: 'wide', suggestions: [], editable: true, tags: []
  })
  await call('getEventTypes', { name: 'product_shared' })
  const [made] = (await call('createCoupons', 1, 12, { usageLimit: 1, numberOfCoupons: 1 }, { silent: 'no' })).data
  await call('getCouponsWithoutTotalCount', 1, 12, { value: made.value })
  await call('searchCouponsAdvancedApplicationWideWithoutTotalCount', 1, {}, { value: made.value })
  await call('searchCouponsAdvancedWithoutTotalCount', 1, 12, {}, { value: made.value })
  await call('updateCoupon', 1, 12, made.id, { usageLimit: 2 })
  await call('deleteCoupon', 1, 12, made.id)
  await call('getReferralsWithoutTotalCount', 1, 11, { code: referral.code })
  await call('updateReferral', 1, 11, referral.id, { usageLimit: 3 })
  await call('deleteReferral', 1, 11, referral.id)
  await call('getLoyaltyPrograms')
  await call('getLoyaltyProgram', 5)
  await call('getApplicationEventsWithoutTotalCount', 1, { session })
  const sessions = await call('getApplicationSessions', 1, { profile })
  await call('getApplicationSession', 1, sessions.data[0].id)
  await call('getCustomersByAttributes', { attributes: {}, integrationIDs: [profile] }, {})
  await call('getUsers', { pageSize: 10 })
  await call('getUser', 1)
  await call('getAccount', 31)
  await call('getAccountAnalytics', 31)
  const cost = await call('createAdditionalCost', { name: 'gift_wrap', title: 'Gift wrap', description: '', type: 'item', subscribedApplicationsIds: [1] })
  await call('getAdditionalCosts', {})
  await call('getAdditionalCost', cost.id)
  await call('updateAdditionalCost', cost.id, { name: 'gift_wrap', title: 'Gift wrap', description: 'paper', type: 'both', subscribedApplicationsIds: [1] })

  const collection = await call('createAccountCollection', { name: 'Luxury', description: '' })
  if (collection) {
    await call('getAccountCollection', collection.id)
    await call('updateAccountCollection', collection.id, { name: 'Luxury 2', description: '' })
    await call('importAccountCollection', collection.id, { upFile: Buffer.from('item\na\nb\n') })
    await call('getCollectionItems', collection.id, {})
    await call('exportAccountCollectionItems', collection.id)
    await call('listAccountCollections', { name: 'Luxury 2' })
    await call('deleteAccountCollection', collection.id)
    const own = await call('createCollection', 1, 12, { name: 'Shoes', description: '' })
    await call('getCollection', 1, 12, own.id)
    await call('updateCollection', 1, 12, own.id, { description: 'more' })
    await call('importCollection', 1, 12, own.id, { upFile: Buffer.from('item\na\n') })
    await call('exportCollectionItems', 1, 12, own.id)
    await call('listCollections', 1, 12, {})
    await call('listCollectionsInApplication', 1, {})
    await call('deleteCollection', 1, 12, own.id)
    await call('importAllowedList', attribute.id, { upFile: Buffer.from('item\n1\n') })
  }
  await call('getChanges', { pageSize: 10 })
  await call('deleteCustomerData', profile)
  key('manager_auth', 'Bearer', login.token)
  key('management_key', 'Bearer', login.token)
  await call('destroySession')
}

run().catch(error => { results.script = error.stack }).then(() => process.stdout.write(JSON.stringify(results)))
