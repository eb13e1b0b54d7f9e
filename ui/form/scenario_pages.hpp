#pragma once
// What stands on each page of the scenario form: one line per field.
#include "pricing/catalogue.hpp"
#include "ui/form/field_set.hpp"

namespace ui {

FieldSet* newWorkloadPage(const pricing::PriceCatalogue& catalogue);
FieldSet* newLambdaPage();
FieldSet* newEventsPage(); // ways of events to the function, failures, neighbours
FieldSet* newEc2Page(const pricing::PriceCatalogue& catalogue);
FieldSet* newManagedPage(const pricing::PriceCatalogue& catalogue);
FieldSet* newHybridPage(const pricing::PriceCatalogue& catalogue);
FieldSet* newObjectivePage();
FieldSet* newPricesPage(); // prices, network, people
FieldSet* newRunPage();

// What several pages offer.
QStringList instanceTypeNames(const pricing::PriceCatalogue& catalogue); // "auto" first
std::vector<Choice<pricing::Purchase>> purchaseChoices();

} // namespace ui
