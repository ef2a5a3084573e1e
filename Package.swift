// swift-tools-version: 6.2
import PackageDescription

// The house is drawn in Documentation/Architecture.md. A target says which floor it stands on, and
// `module` refuses a dependency that is not strictly below it: edges point down only.

/// Floor of every target of this package.
let floors: [String: Int] = [
  "CLMKernels": 0, "CPrefetch": 0, "CUTF8Proc": 0, "LMRuntime": 0,
  "LMTensor": 1, "LMTokenizer": 1,
  "LMAutograd": 2, "LMFormats": 2, "LMData": 2,
  "LMAttention": 3,
  "LMTransformer": 4,
  "LMGeneration": 5, "LMTraining": 5,
  "LanguageModels": 7,
  "LMCommand": 8,
]

func checkFloors(_ name: String, _ dependencies: [String]) {
  guard let floor = floors[name] else { fatalError("\(name) has no floor: add it to `floors`") }
  for dependency in dependencies {
    guard let below = floors[dependency] else { fatalError("\(dependency) has no floor") }
    precondition(below < floor, "\(name) (floor \(floor)) must not import \(dependency) (floor \(below))")
  }
}

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

func module(_ name: String, uses: [String] = [], external: [Target.Dependency] = []) -> Target {
  checkFloors(name, uses)
  return .target(
    name: name, dependencies: uses.map { .byName(name: $0) } + external, swiftSettings: settings)
}

func tests(_ name: String, uses: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: ([name] + uses).map { .byName(name: $0) },
    swiftSettings: settings)
}

let package = Package(
  name: "lm",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
  ],
  targets: [
    // MARK: Floor 0
    // libutf8proc-dev installs into the default paths. Its pkg-config file asks for a macro that the package
    // manager prohibits with a warning, hence no `pkgConfig:` here.
    .systemLibrary(name: "CUTF8Proc"),
    .systemLibrary(name: "CPrefetch"),
    module("LMRuntime", external: [.product(name: "Crypto", package: "swift-crypto")]),

    // MARK: Floor 1
    module("LMTokenizer", uses: ["LMRuntime", "CUTF8Proc", "CPrefetch"]),

    // MARK: Tests
    tests("LMRuntime"),
    tests("LMTokenizer", uses: ["LMRuntime"]),
  ]
)
