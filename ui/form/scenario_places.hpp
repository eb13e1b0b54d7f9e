#pragma once
// What the pages of the scenario form are written with: places in a scenario, and tips that name the unit.
#include <QCoreApplication>
#include <QString>

#include "model/scenario.hpp"

namespace ui {

// Accessors, for a const and for a mutable scenario alike. Pages are shown with both platforms present, whether they
// are compared or not.
template <class T> auto at(T model::Scenario::*member) {
  return [member](auto& s) -> auto& { return s.*member; };
}
template <class T> auto at(T workloads::Workload::*member) {
  return [member](auto& s) -> auto& { return s.workload.*member; };
}
template <class T> auto at(T workloads::Work::*member) {
  return [member](auto& s) -> auto& { return s.workload.work.*member; };
}
template <class T> auto at(T model::LambdaSetup::*member) {
  return [member](auto& s) -> auto& { return (*s.lambda).*member; };
}
template <class T> auto at(T model::ClientRetries::*member) {
  return [member](auto& s) -> auto& { return s.lambda->client.*member; };
}
template <class T> auto at(T model::AsyncRetries::*member) {
  return [member](auto& s) -> auto& { return s.lambda->async.*member; };
}
template <class T> auto at(T model::QueueMapping::*member) {
  return [member](auto& s) -> auto& { return s.lambda->queue.*member; };
}
template <class T> auto at(T model::StreamMapping::*member) {
  return [member](auto& s) -> auto& { return s.lambda->stream.*member; };
}
template <class T> auto at(T model::Failures::*member) {
  return [member](auto& s) -> auto& { return s.failures.*member; };
}
template <class T> auto at(T model::Ec2Setup::*member) {
  return [member](auto& s) -> auto& { return (*s.ec2).*member; };
}
template <class T> auto at(T model::HealthCheck::*member) {
  return [member](auto& s) -> auto& { return s.ec2->healthCheck.*member; };
}
template <class T> auto at(T model::SpotSetup::*member) {
  return [member](auto& s) -> auto& { return s.ec2->spot.*member; };
}
template <class T> auto at(T model::SpotTerms::*member) {
  return [member](auto& s) -> auto& { return s.ec2->spot.*member; };
}
template <class T> auto at(T model::ManagedSetup::*member) {
  return [member](auto& s) -> auto& { return (*s.managed).*member; };
}
template <class T> auto at(T model::ManagedScaling::*member) {
  return [member](auto& s) -> auto& { return s.managed->scaling.*member; };
}
template <class T> auto at(T model::HybridSetup::*member) {
  return [member](auto& s) -> auto& { return (*s.hybrid).*member; };
}
template <class T> auto at(T model::Objective::*member) {
  return [member](auto& s) -> auto& { return s.objective.*member; };
}
template <class T> auto at(T model::RunPlan::*member) {
  return [member](auto& s) -> auto& { return s.run.*member; };
}
template <class T> auto at(T model::PriceChoice::*member) {
  return [member](auto& s) -> auto& { return s.prices.*member; };
}
template <class T> auto at(T model::Network::*member) {
  return [member](auto& s) -> auto& { return s.network.*member; };
}
template <class T> auto at(T model::PlatformCosts::*member, model::PlatformCosts model::OwnCosts::*platform) {
  return [ member, platform ](auto& s) -> auto& { return s.costs.*platform.*member; };
}

inline QString tr(const char* text) { return QCoreApplication::translate("ScenarioForm", text); }

inline QString timeTip(const char* what) {
  return tr(what) + tr("\nUnit: time, such as 250ms, 1.5s, 10min or 7d; a bare number is seconds.");
}
inline QString memoryTip(const char* what) {
  return tr(what) + tr("\nUnit: whole MB (1 GB = 1,024 MB), such as 512MB or 2GB.");
}
inline QString bytesTip(const char* what) {
  return tr(what) + tr("\nUnit: bytes, such as 20KB or 1.5MB (1 KB = 1,024 B).");
}
inline QString countTip(const char* what) { return tr(what) + tr("\nUnit: a whole number."); }
inline QString ratioTip(const char* what) { return tr(what) + tr("\nUnit: a number such as 0.5, or 50%."); }

} // namespace ui
