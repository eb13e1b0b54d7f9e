#pragma once
// Files of this folder that are part of the program, so that it needs none at run time; CMake writes the definitions.
#include <string_view>

namespace model::built_in {

extern const std::string_view kLambdaInitCsv;  // data/lambda_init.csv
extern const std::string_view kWebApiJson;     // examples/web-api.json
extern const std::string_view kThumbnailsJson; // examples/thumbnails.json
extern const std::string_view kHashtagsJson;   // examples/hashtags.json
extern const std::string_view kBackupJson;     // examples/backup.json
extern const std::string_view kCheckoutJson;   // examples/checkout.json
extern const std::string_view kNightlyJson;    // examples/nightly.json
extern const std::string_view kBackOfficeJson; // examples/back-office.json
extern const std::string_view kPartnerApiJson; // examples/partner-api.json
extern const std::string_view kOrdersJson;     // examples/orders.json
extern const std::string_view kTicketOfficeJson; // examples/ticket-office.json
extern const std::string_view kTranscodesJson; // examples/transcodes.json
extern const std::string_view kTicketsJson;    // examples/tickets.json

} // namespace model::built_in
