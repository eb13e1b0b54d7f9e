#include "pricing/private_prices.hpp"

#include <algorithm>
#include <array>

namespace pricing {

namespace {

// Service as on a bill -> what the names of its rates start with.
struct Service {
  std::string_view name, prefix;
};
constexpr std::array<Service, 15> kServices{{{"lambda", "lambda."},
                                             {"lambda_managed_instances", "lambda.managed_instances_"},
                                             {"ec2", "ec2."},
                                             {"alb", "alb."},
                                             {"nlb", "nlb."},
                                             {"api_gateway", "apigateway."},
                                             {"kinesis", "kinesis_data_streams."},
                                             {"ebs", "ebs."},
                                             {"vpc", "vpc."},
                                             {"nat_gateway", "nat_gateway."},
                                             {"data_transfer", "data_transfer."},
                                             {"cloudwatch", "cloudwatch."},
                                             {"s3", "s3."},
                                             {"sqs", "sqs."},
                                             {"fargate", "fargate."}}};

const Service* serviceNamed(std::string_view name) {
  const auto service = std::ranges::find(kServices, name, &Service::name);
  return service == kServices.end() ? nullptr : &*service;
}

bool isCommitted(std::string_view rate) {
  if (rate.starts_with("lambda.")) return rate.find("_compute_sp") != std::string_view::npos;
  const auto purchases = purchaseNames().subspan(2); // without on demand and spot
  return rate.starts_with("ec2.") && std::ranges::any_of(purchases, [&](std::string_view purchase) {
           return rate.substr(4).starts_with(purchase) && rate.substr(4 + purchase.size()).starts_with('.');
         });
}

} // namespace

bool covers(std::string_view scope, std::string_view rateName) {
  if (const auto* service = serviceNamed(scope)) return rateName.starts_with(service->prefix) && !isCommitted(rateName);
  if (!rateName.starts_with(scope)) return false;
  return rateName.size() == scope.size() || rateName[scope.size()] == '.';
}

std::size_t specificity(std::string_view scope) {
  const auto* service = serviceNamed(scope);
  return service ? service->prefix.size() : scope.size() + 1;
}

std::vector<std::string_view> discountedServices() {
  std::vector<std::string_view> names;
  for (const auto& service : kServices) names.push_back(service.name);
  return names;
}

} // namespace pricing
