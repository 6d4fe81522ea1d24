//! What the official suites call by name, on the transport that the product uses: its tools have other names.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult,
        GetPromptRequestParams, GetPromptResponse, GetPromptResult, Implementation, ListPromptsResult,
        ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
        ProgressNotificationParam, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
        ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
    transport::streamable_http_server::{StreamableHttpService, session::never::NeverSessionManager},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// A red dot, and a moment of silence.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";
const SOUND: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

#[derive(Clone)]
struct Fixture;

/// Listens without a door: the suites send no token.
pub async fn serve() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let transport =
        server::mcp::transport(&format!("http://{address}").parse().unwrap(), CancellationToken::new());
    let service =
        StreamableHttpService::new(|| Ok(Fixture), Arc::new(NeverSessionManager::default()), transport);
    let routes = axum::Router::new().route_service("/mcp", service);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

fn content(name: &str) -> Option<Value> {
    let text = |text: &str| json!({ "type": "text", "text": text });
    let picture = || json!({ "type": "image", "data": PICTURE, "mimeType": "image/png" });
    let resource = |uri: &str, kind: &str, text: &str| json!({ "type": "resource", "resource": { "uri": uri, "mimeType": kind, "text": text } });
    Some(match name {
        "test_simple_text" => json!([text("This is a simple text response for testing.")]),
        "test_image_content" => json!([picture()]),
        "test_audio_content" => json!([{ "type": "audio", "data": SOUND, "mimeType": "audio/wav" }]),
        "test_embedded_resource" => {
            json!([resource(
                "test://embedded-resource",
                "text/plain",
                "This is an embedded resource content."
            )])
        }
        "test_multiple_content_types" => json!([
            text("Multiple content types test:"),
            picture(),
            resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#),
        ]),
        "test_error_handling" => json!([text("This tool intentionally returns an error for testing")]),
        "test_tool_with_progress" => json!([text("Done.")]),
        "json_schema_2020_12_tool" => json!([text("Read.")]),
        _ => return None,
    })
}

fn tools() -> Vec<Tool> {
    let plain = [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_error_handling",
        "test_tool_with_progress",
    ];
    let empty = json!({ "type": "object", "properties": {} });
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": { "type": "object", "properties": {
            "street": { "type": "string" }, "city": { "type": "string" },
        } } },
        "properties": { "name": { "type": "string" }, "address": { "$ref": "#/$defs/address" } },
        "additionalProperties": false,
    });
    let tool = |name: &'static str, schema: &Value| {
        Tool::new(name, "One of the suite's", Arc::new(schema.as_object().unwrap().clone()))
    };
    let mut tools: Vec<Tool> = plain.into_iter().map(|name| tool(name, &empty)).collect();
    tools.push(tool("json_schema_2020_12_tool", &schema));
    tools
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .enable_completions()
            .build();
        ServerConfig::new(capabilities).with_server_info(Implementation::new("fixture", "1"))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(content) = content(&request.name) else {
            return Err(ErrorData::invalid_params(format!("There is no tool {}.", request.name), None));
        };
        if let Some(token) = context.meta.get_progress_token() {
            for progress in [0.0, 50.0, 100.0] {
                let told = ProgressNotificationParam::new(token.clone(), progress).with_total(100.0);
                context.peer.notify_progress(told).await.unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let failed = request.name == "test_error_handling";
        let result = json!({ "content": content, "isError": failed, "resultType": "complete" });
        Ok(serde_json::from_value::<CallToolResult>(result).unwrap().into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(read(json!({ "resources": [
            { "uri": "test://static-text", "name": "text", "description": "A text", "mimeType": "text/plain" },
            { "uri": "test://static-binary", "name": "binary", "description": "A dot", "mimeType": "image/png" },
        ] })))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let template =
            json!({ "uriTemplate": "test://template/{id}/data", "name": "data", "description": "By id" });
        Ok(read(json!({ "resourceTemplates": [template] })))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.as_str();
        let id = uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"));
        let content = match (uri, id) {
            ("test://static-text", _) => json!({ "uri": uri, "mimeType": "text/plain", "text": "A text." }),
            ("test://static-binary", _) => json!({ "uri": uri, "mimeType": "image/png", "blob": PICTURE }),
            (_, Some(id)) => {
                json!({ "uri": uri, "mimeType": "text/plain", "text": format!("Data for {id}") })
            }
            _ => {
                let told = json!({ "uri": uri });
                return Err(ErrorData::resource_not_found("There is no such resource.", Some(told)));
            }
        };
        Ok(read::<ReadResourceResult>(json!({ "contents": [content] })).into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let argument = |name: &str| json!({ "name": name, "description": "An argument", "required": true });
        let prompt = |name: &str, arguments: Value| json!({ "name": name, "description": "One of the suite's", "arguments": arguments });
        Ok(read(json!({ "prompts": [
            prompt("test_simple_prompt", json!([])),
            prompt("test_prompt_with_arguments", json!([argument("arg1"), argument("arg2")])),
            prompt("test_prompt_with_embedded_resource", json!([argument("resourceUri")])),
            prompt("test_prompt_with_image", json!([])),
        ] })))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let given = serde_json::to_value(&request.arguments).unwrap();
        let text = |text: String| json!({ "type": "text", "text": text });
        let contents = match request.name.as_ref() {
            "test_simple_prompt" => vec![text("This is a simple prompt for testing.".into())],
            "test_prompt_with_arguments" => {
                vec![text(format!("arg1={}, arg2={}", given["arg1"], given["arg2"]))]
            }
            "test_prompt_with_embedded_resource" => {
                let inside =
                    json!({ "uri": given["resourceUri"], "mimeType": "text/plain", "text": "Inside." });
                vec![json!({ "type": "resource", "resource": inside }), text("Process it.".into())]
            }
            "test_prompt_with_image" => {
                let picture = json!({ "type": "image", "data": PICTURE, "mimeType": "image/png" });
                vec![picture, text("Look at it.".into())]
            }
            name => return Err(ErrorData::invalid_params(format!("There is no prompt {name}."), None)),
        };
        let message = |content| json!({ "role": "user", "content": content });
        let messages: Vec<Value> = contents.into_iter().map(message).collect();
        Ok(read::<GetPromptResult>(json!({ "messages": messages })).into())
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Ok(read(json!({ "completion": { "values": ["park", "party"], "total": 2, "hasMore": false } })))
    }
}

fn read<T: serde::de::DeserializeOwned>(mut value: Value) -> T {
    value["resultType"] = json!("complete");
    serde_json::from_value(value).unwrap()
}
