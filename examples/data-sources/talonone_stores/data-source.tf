data "talonone_application" "shop" {
  name = "Web shop"
}

data "talonone_stores" "all" {
  application_id = data.talonone_application.shop.id
}

output "stores" {
  value = { for store in data.talonone_stores.all.stores : store.integration_id => store.name }
}
