// The bill as JSON: contract section 4. Pinned by tests/pricing/bill_report_test.cpp.
#include <nlohmann/json.hpp>

#include "pricing/billing.hpp"

namespace pricing {

std::string billJson(const Bill& bill) {
  auto lines = nlohmann::ordered_json::array();
  for (const auto& line : bill.lines)
    lines.push_back({{"service", line.service},
                     {"item", line.item},
                     {"quantity", line.quantity},
                     {"unit", line.unit},
                     {"unit_price_usd", line.unitPrice.inDollarsPerUnit()},
                     {"amount_usd", line.amount.inDollars()},
                     {"estimated", line.estimated},
                     {"own_price", line.ownPrice},
                     {"source", line.source}});
  const nlohmann::ordered_json root{{"total_usd", bill.total().inDollars()}, {"lines", std::move(lines)}};
  // Names from a usage file are checked UTF-8; a bill built elsewhere must not bring the program down.
  return root.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace pricing
