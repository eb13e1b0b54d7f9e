// A difference of catalogues, and the catalogues side by side, as JSON for scripts.
#include <cmath>
#include <nlohmann/json.hpp>

#include "pricing/catalogue_diff.hpp"
#include "pricing/catalogue_shelf.hpp"

namespace pricing {

namespace {

using Json = nlohmann::ordered_json;

Json tiersOf(const std::vector<Tier>& tiers) {
  auto list = Json::array();
  for (const auto& tier : tiers) list.push_back({{"from", tier.from}, {"price_usd", tier.price.inDollarsPerUnit()}});
  return list;
}

Json rateOf(const RateChange& change) {
  Json json{{"change", name(change.kind)}, {"region", change.region}, {"name", change.name}, {"unit", change.unit}};
  if (!change.before.empty()) json["before"] = tiersOf(change.before);
  if (!change.after.empty()) json["after"] = tiersOf(change.after);
  if (change.kind == ChangeKind::Changed && std::isfinite(change.percent)) json["percent"] = change.percent;
  return json;
}

Json ruleOf(const RuleChange& change) {
  Json json{{"change", name(change.kind)}, {"name", change.name}, {"unit", change.unit}};
  if (!change.effective.empty()) json["effective"] = change.effective;
  if (change.kind != ChangeKind::Added) json["before"] = change.before;
  if (change.kind != ChangeKind::Removed) json["after"] = change.after;
  return json;
}

Json verdictOf(const VerdictChange& change) {
  Json json{{"name", change.scenario},
            {"verdict", {{"before", change.before}, {"after", change.after}}},
            {"monthly_cost_usd", Json::object()}};
  for (const auto& each : change.platforms) {
    auto& platform = json["monthly_cost_usd"][each.name] = Json::object();
    if (each.before) platform["before"] = *each.before;
    if (each.after) platform["after"] = *each.after;
  }
  return json;
}

} // namespace

std::string diffJson(const CatalogueDiff& diff) {
  Json json{{"before", {{"id", diff.beforeId}, {"as_of", diff.beforeAsOf}}},
            {"after", {{"id", diff.afterId}, {"as_of", diff.afterAsOf}}},
            {"rates", Json::array()},
            {"rules", Json::array()}};
  for (const auto& change : diff.rates) json["rates"].push_back(rateOf(change));
  for (const auto& change : diff.rules) json["rules"].push_back(ruleOf(change));
  if (diff.verdict) json["scenario"] = verdictOf(*diff.verdict);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string cataloguesJson(std::span<const ShelvedCatalogue> catalogues) {
  auto list = Json::array();
  for (const auto& each : catalogues) {
    Json json{{"id", each.id}, {"built_in", each.where.empty()}};
    if (!each.asOf.empty()) json["as_of"] = each.asOf;
    if (!each.where.empty()) json["file"] = each.where;
    if (!each.problem.empty()) json["problem"] = each.problem;
    list.push_back(std::move(json));
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace pricing
