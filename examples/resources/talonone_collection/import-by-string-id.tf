import {
  to = talonone_collection.luxury
  id = "301"
}
