<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Administration</name>
    <message>
        <source>Administration</source>
        <translation>管理</translation>
    </message>
    <message>
        <source>Parts of the administration</source>
        <translation>管理的各部分</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Teams</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>Roles</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Laptops</source>
        <translation>电脑</translation>
    </message>
    <message>
        <source>Shares and deputies</source>
        <translation>共享与代理</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>再问一次</translation>
    </message>
    <message>
        <source>The server cannot be reached. People, teams and roles are shown as this laptop last heard; changing them and seeing the laptops needs the server.</source>
        <translation>无法连接服务器。人员、团队和角色按本机最后得知的显示；修改它们和查看电脑需要联网。</translation>
    </message>
</context>
<context>
    <name>Afterwards</name>
    <message>
        <source>Sign off</source>
        <translation>签核</translation>
    </message>
    <message>
        <source>Signed off: %1, %2 differences</source>
        <translation>已签核：%1，差异 %2 处</translation>
    </message>
    <message>
        <source>Signed off by %1, %2: %3 differences</source>
        <translation>%1 于 %2 签核，差异 %3 处</translation>
    </message>
</context>
<context>
    <name>AsideCard</name>
    <message>
        <source>Set aside</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Throw away</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>discarded</source>
        <translation>已作废</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>未保存</translation>
    </message>
    <message>
        <source>Typed here and not saved; the record has left this laptop. Nothing else is kept of it.</source>
        <translation>在此填写但未保存；该记录已离开本机，本机不再保留它的其他内容。</translation>
    </message>
    <message>
        <source>Not yet sent when this laptop went back to a copy; kept for 30 days.</source>
        <translation>本机恢复到备份时尚未发送的内容，保留 30 天。</translation>
    </message>
    <message>
        <source>Discarded %1; kept for 30 days. The server had refused it: %2</source>
        <translation>%1作废，保留 30 天。服务器拒绝的原因：%2</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>附件</translation>
    </message>
    <message>
        <source>Brought back; it travels with the next sync.</source>
        <translation>已恢复，将随下次同步发送。</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Thrown away</source>
        <translation>已丢弃</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>AskDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>Attaching</name>
    <message>
        <source>Pasted picture</source>
        <translation>粘贴的图片</translation>
    </message>
    <message>
        <source>Attach files</source>
        <translation>附加文件</translation>
    </message>
    <message>
        <source>Photos and documents</source>
        <translation>照片和文档</translation>
    </message>
</context>
<context>
    <name>Audit</name>
    <message>
        <source>Audit</source>
        <translation>审计</translation>
    </message>
    <message>
        <source>A customer&apos;s name or id…</source>
        <translation>客户名称或编号…</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>保存为文件…</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>校验</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>What</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>About</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 天</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 天</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>全部操作</translation>
    </message>
    <message>
        <source>No customer of that name is on this laptop; an id is found anywhere.</source>
        <translation>本机没有这个名称的客户；可以输入客户编号查找。</translation>
    </message>
    <message>
        <source>Whose actions?</source>
        <translation>查看谁的操作？</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Everybody</source>
        <translation>所有人</translation>
    </message>
    <message>
        <source>The audit is the server&apos;s: connect to a company first.</source>
        <translation>审计记录在服务器上：请先连接公司。</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>The server itself</source>
        <translation>服务器本机</translation>
    </message>
    <message>
        <source>Nothing was written down that fits.</source>
        <translation>没有符合条件的记录。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Chain</source>
        <translation>审计链</translation>
    </message>
    <message>
        <source>Seal</source>
        <translation>封印</translation>
    </message>
    <message>
        <source>Verifying…</source>
        <translation>正在校验…</translation>
    </message>
    <message>
        <source>%1 of %2 rows verified</source>
        <translation>已校验 %1 / %2 行</translation>
    </message>
    <message>
        <source>Every row is sealed with the one before it; each hour all of them are signed.</source>
        <translation>每一行都与前一行相封，每小时对全部记录签名。</translation>
    </message>
    <message>
        <source>Whole: all %1 rows are as they were written, and as they were signed.</source>
        <translation>完好：全部 %1 行与写入和签名时一致。</translation>
    </message>
    <message>
        <source>signed states</source>
        <translation>签名</translation>
    </message>
    <message>
        <source>Problems found: %1. The first: %2, row %3 (%4). Keep a copy of the server&apos;s database.</source>
        <translation>发现 %1 处问题，第一处：%2，第 %3 行（%4）。请保留一份服务器数据库。</translation>
    </message>
    <message>
        <source>Save as a file</source>
        <translation>保存为文件</translation>
    </message>
    <message>
        <source>%1 rows saved</source>
        <translation>已保存 %1 行</translation>
    </message>
    <message>
        <source>Edits sent</source>
        <translation>发送修改</translation>
    </message>
    <message>
        <source>Written by the server</source>
        <translation>服务器写入</translation>
    </message>
    <message>
        <source>Signing in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Laptop joined</source>
        <translation>设备入网</translation>
    </message>
    <message>
        <source>Code issued</source>
        <translation>签发入网码</translation>
    </message>
    <message>
        <source>Laptop approved</source>
        <translation>批准设备</translation>
    </message>
    <message>
        <source>Laptop shut out</source>
        <translation>停用设备</translation>
    </message>
    <message>
        <source>Laptop wiped</source>
        <translation>设备已清除</translation>
    </message>
    <message>
        <source>Sealed work handed in</source>
        <translation>封存的内容已上交</translation>
    </message>
    <message>
        <source>Customers handed over</source>
        <translation>移交客户</translation>
    </message>
    <message>
        <source>Given to the pool</source>
        <translation>放入公海</translation>
    </message>
    <message>
        <source>Taken from the pool</source>
        <translation>从公海领取</translation>
    </message>
    <message>
        <source>Request decided</source>
        <translation>处理申请</translation>
    </message>
    <message>
        <source>Whole book handed over</source>
        <translation>整本移交</translation>
    </message>
    <message>
        <source>Team changed</source>
        <translation>变更团队</translation>
    </message>
    <message>
        <source>Role changed</source>
        <translation>变更角色</translation>
    </message>
    <message>
        <source>Person shut out</source>
        <translation>停用用户</translation>
    </message>
    <message>
        <source>Person added</source>
        <translation>新增用户</translation>
    </message>
    <message>
        <source>Team added</source>
        <translation>新增团队</translation>
    </message>
    <message>
        <source>Team edited</source>
        <translation>修改团队</translation>
    </message>
    <message>
        <source>Renamed</source>
        <translation>改名</translation>
    </message>
    <message>
        <source>Customers shared</source>
        <translation>共享客户</translation>
    </message>
    <message>
        <source>Sharing ended</source>
        <translation>结束共享</translation>
    </message>
    <message>
        <source>Given other work</source>
        <translation>调岗</translation>
    </message>
    <message>
        <source>Deputy appointed</source>
        <translation>指定代理人</translation>
    </message>
    <message>
        <source>Deputy dismissed</source>
        <translation>取消代理</translation>
    </message>
    <message>
        <source>Role defined</source>
        <translation>定义角色</translation>
    </message>
    <message>
        <source>Offline terms changed</source>
        <translation>变更离线期限</translation>
    </message>
    <message>
        <source>Password set</source>
        <translation>设置登录密码</translation>
    </message>
    <message>
        <source>Password reset</source>
        <translation>重设登录密码</translation>
    </message>
    <message>
        <source>Password confirmed</source>
        <translation>确认登录密码</translation>
    </message>
    <message>
        <source>Sign-in copied</source>
        <translation>登录凭据被复制</translation>
    </message>
    <message>
        <source>Sign-in not known</source>
        <translation>登录凭据不认识</translation>
    </message>
    <message>
        <source>Rights changed</source>
        <translation>变更权限</translation>
    </message>
    <message>
        <source>Permissions confirmed</source>
        <translation>确认权限</translation>
    </message>
    <message>
        <source>Asked whether a customer is there</source>
        <translation>询问是否已有此客户</translation>
    </message>
    <message>
        <source>Looked with another&apos;s eyes</source>
        <translation>以他人视角查看</translation>
    </message>
    <message>
        <source>Refused edits judged again</source>
        <translation>重新处理被拒修改</translation>
    </message>
    <message>
        <source>Refused edits kept out</source>
        <translation>作废被拒修改</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>Server restored</source>
        <translation>服务器恢复</translation>
    </message>
    <message>
        <source>Brought back after a restore</source>
        <translation>恢复后送回</translation>
    </message>
    <message>
        <source>Removed for good</source>
        <translation>彻底清除</translation>
    </message>
    <message>
        <source>Company founded</source>
        <translation>新建公司</translation>
    </message>
    <message>
        <source>Audit exported</source>
        <translation>导出审计</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Something of the administration</source>
        <translation>管理页面的内容</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>看不到</translation>
    </message>
    <message>
        <source>reads</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>reads and changes</source>
        <translation>可修改</translation>
    </message>
    <message>
        <source>Company keys made anew</source>
        <translation>新建公司密钥</translation>
    </message>
    <message>
        <source>Signed state not known</source>
        <translation>不认识的签名</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>Brought back</source>
        <translation>送回</translation>
    </message>
    <message>
        <source>To</source>
        <translation>接手人</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>Book</source>
        <translation>客户簿</translation>
    </message>
    <message>
        <source>Books</source>
        <translation>负责的客户簿</translation>
    </message>
    <message>
        <source>Has left</source>
        <translation>已离职</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Taken in</source>
        <translation>采纳</translation>
    </message>
    <message>
        <source>Series of edits</source>
        <translation>修改序列</translation>
    </message>
    <message>
        <source>Outcome</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Written by</source>
        <translation>作者</translation>
    </message>
    <message>
        <source>May change it</source>
        <translation>可以修改</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Copy of</source>
        <translation>复制自</translation>
    </message>
    <message>
        <source>Role of your own</source>
        <translation>自定义角色</translation>
    </message>
    <message>
        <source>Standing in</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Drafts</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>截止</translation>
    </message>
    <message>
        <source>Recovery epoch</source>
        <translation>恢复纪元</translation>
    </message>
    <message>
        <source>Valid until</source>
        <translation>有效期至</translation>
    </message>
    <message>
        <source>Does not read</source>
        <translation>看不到的部分</translation>
    </message>
    <message>
        <source>Waits for an approval</source>
        <translation>需要批准</translation>
    </message>
    <message>
        <source>Hour</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Locks after minutes</source>
        <translation>闲置锁定（分钟）</translation>
    </message>
    <message>
        <source>Records</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Kept out</source>
        <translation>未采纳</translation>
    </message>
    <message>
        <source>Leaves the company</source>
        <translation>离开公司</translation>
    </message>
    <message>
        <source>Locks after days</source>
        <translation>离线锁定（天）</translation>
    </message>
    <message>
        <source>Made at</source>
        <translation>签署时间</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Belongs to</source>
        <translation>属于</translation>
    </message>
    <message>
        <source>Part of</source>
        <translation>上级团队</translation>
    </message>
    <message>
        <source>Empties itself after days</source>
        <translation>离线清空（天）</translation>
    </message>
    <message>
        <source>Kept apart</source>
        <translation>留待处理</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>缘由</translation>
    </message>
    <message>
        <source>Not taken in</source>
        <translation>未采纳</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>申请</translation>
    </message>
    <message>
        <source>Rights</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>Signed state</source>
        <translation>签署状态</translation>
    </message>
    <message>
        <source>Signed states</source>
        <translation>签署状态</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <source>Key for sealed work</source>
        <translation>封存公钥</translation>
    </message>
    <message>
        <source>Sharing</source>
        <translation>共享</translation>
    </message>
    <message>
        <source>Share their customers</source>
        <translation>共享客户簿</translation>
    </message>
    <message>
        <source>Key for signing</source>
        <translation>签名公钥</translation>
    </message>
    <message>
        <source>From</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>Commit</source>
        <translation>提交号</translation>
    </message>
    <message>
        <source>Asked for</source>
        <translation>所请求的</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>At the server</source>
        <translation>服务器控制台</translation>
    </message>
    <message>
        <source>Somebody unknown</source>
        <translation>身份不明</translation>
    </message>
    <message>
        <source>The server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>The company</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>The pool</source>
        <translation>公海</translation>
    </message>
    <message>
        <source>With</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Wish</source>
        <translation>愿望</translation>
    </message>
    <message>
        <source>May not fill in</source>
        <translation>不可填写</translation>
    </message>
    <message>
        <source>not as it was written</source>
        <translation>与写入时不同</translation>
    </message>
    <message>
        <source>taken out</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>not as it was signed</source>
        <translation>与签署时不同</translation>
    </message>
    <message>
        <source>without its signature</source>
        <translation>缺少签名</translation>
    </message>
    <message>
        <source>signed over other rows</source>
        <translation>签署的是别的内容</translation>
    </message>
    <message>
        <source>waits for an approval</source>
        <translation>等待批准</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>hands in what is unsent</source>
        <translation>正在上交未发送的内容</translation>
    </message>
    <message>
        <source>shut out</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>wiped</source>
        <translation>已擦除</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>taken in</source>
        <translation>已采纳</translation>
    </message>
    <message>
        <source>not taken in</source>
        <translation>未采纳</translation>
    </message>
    <message>
        <source>kept apart</source>
        <translation>留待处理</translation>
    </message>
    <message>
        <source>kept out</source>
        <translation>不予采纳</translation>
    </message>
    <message>
        <source>the password</source>
        <translation>登录密码</translation>
    </message>
    <message>
        <source>the old password</source>
        <translation>旧的登录密码</translation>
    </message>
    <message>
        <source>a code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>by an administrator&apos;s order</source>
        <translation>按管理员的指令</translation>
    </message>
    <message>
        <source>not heard from its company for too long</source>
        <translation>太久没有联系公司</translation>
    </message>
    <message>
        <source>Customers of %1</source>
        <translation>%1的客户</translation>
    </message>
    <message>
        <source>Settings and shared</source>
        <translation>公司设置与共享</translation>
    </message>
    <message>
        <source>Changes: %1</source>
        <translation>%1 处修改</translation>
    </message>
    <message>
        <source>went well</source>
        <translation>成功</translation>
    </message>
</context>
<context>
    <name>AwayCard</name>
    <message>
        <source>While I&apos;m away</source>
        <translation>请假代理</translation>
    </message>
    <message>
        <source>A colleague sees and does meanwhile what you may, under their own name. It ends by itself.</source>
        <translation>其间由一位同事代您查看和处理您的工作，以其本人的名义记录；到期自动结束。</translation>
    </message>
    <message>
        <source>Choose a stand-in…</source>
        <translation>选择代理人…</translation>
    </message>
    <message>
        <source>End it</source>
        <translation>结束代理</translation>
    </message>
    <message>
        <source>%1 stands in for you until %2</source>
        <translation>%1代理您的工作，至%2</translation>
    </message>
    <message>
        <source>You stand in for %1 until %2</source>
        <translation>您正在代理%1，至%2</translation>
    </message>
    <message>
        <source>%1 will stand in for you from %2 to %3</source>
        <translation>%1将于%2至%3代理您的工作</translation>
    </message>
    <message>
        <source>You will stand in for %1 from %2 to %3</source>
        <translation>您将于%2至%3代理%1</translation>
    </message>
    <message>
        <source>%1 stands in for you; the next sync shows it</source>
        <translation>%1代理您的工作，下次同步后可见</translation>
    </message>
    <message>
        <source>Nobody stands in any longer; the next sync shows it</source>
        <translation>代理已结束，下次同步后可见</translation>
    </message>
</context>
<context>
    <name>AwayDialog</name>
    <message>
        <source>First day</source>
        <translation>第一天</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>最后一天</translation>
    </message>
    <message>
        <source>at once</source>
        <translation>立即开始</translation>
    </message>
</context>
<context>
    <name>BriefingCard</name>
    <message>
        <source>Before the visit</source>
        <translation>拜访前须知</translation>
    </message>
</context>
<context>
    <name>BulkEditDialog</name>
    <message numerus="yes">
        <source>Change %n customer(s)</source>
        <translation>
            <numerusform>修改 %n 个客户</numerusform>
        </translation>
    </message>
    <message>
        <source>Another field</source>
        <translation>再加一项</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>修改</translation>
    </message>
    <message>
        <source>Changing…</source>
        <translation>正在修改…</translation>
    </message>
    <message numerus="yes">
        <source>%n will change.</source>
        <translation>
            <numerusform>将修改 %n 个。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n are so already.</source>
        <translation>
            <numerusform>%n 个已经如此。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are: you may only read them.</source>
        <translation>
            <numerusform>%n 个保持不变：您只能查看。</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2 until now</source>
        <translation>%1：现在是 %2</translation>
    </message>
</context>
<context>
    <name>BulkEdits</name>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>已修改 %n 个</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Busy</name>
    <message>
        <source>Working</source>
        <translation>处理中</translation>
    </message>
</context>
<context>
    <name>CellEdit</name>
    <message>
        <source>This record left this laptop meanwhile. What you typed is untouched: save it, and the server passes it on to whoever is responsible now, or keeps it for the administrator.</source>
        <translation>这条记录此时已离开本机。您填写的内容未受影响：保存后，服务器会转给现在负责的人，或留给管理员处理。</translation>
    </message>
    <message>
        <source>%1 follows from other records; nobody writes it here.</source>
        <translation>%1由其他记录得出，不能在这里填写。</translation>
    </message>
    <message>
        <source>This customer was deleted: bring it back first.</source>
        <translation>该客户已删除，请先恢复。</translation>
    </message>
    <message>
        <source>%1 is not asked of this customer.</source>
        <translation>该客户不需要填写%1。</translation>
    </message>
    <message>
        <source>Your draft, not saved yet</source>
        <translation>您的草稿，尚未保存</translation>
    </message>
    <message>
        <source>Two values: %1</source>
        <translation>两个值：%1</translation>
    </message>
    <message>
        <source>%1 saved on this laptop</source>
        <translation>%1已保存在本机</translation>
    </message>
    <message>
        <source>%1 saved; it %2</source>
        <translation>%1已保存，但%2</translation>
    </message>
    <message>
        <source>Tagged %1</source>
        <translation>已添加标签%1</translation>
    </message>
    <message>
        <source>Took off %1</source>
        <translation>已去掉标签%1</translation>
    </message>
    <message>
        <source>Changed meanwhile by %1: %2. What you typed is untouched.</source>
        <translation>其间%1修改了：%2。您正在输入的内容未受影响。</translation>
    </message>
</context>
<context>
    <name>CertainMerges</name>
    <message numerus="yes">
        <source>Merge %n certain pair(s)?</source>
        <translation>
            <numerusform>合并 %n 对确定的重复客户？</numerusform>
        </translation>
    </message>
    <message>
        <source>No pair can be merged without a look</source>
        <translation>没有无需查看即可合并的客户</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Nothing is lost: whoever goes can be taken apart again, or all of it taken back.</source>
        <translation>内容都会保留：并入的客户可以再拆开，也可以整体撤销。</translation>
    </message>
    <message>
        <source>“%1” into “%2”</source>
        <translation>「%1」并入「%2」</translation>
    </message>
    <message>
        <source>takes %1</source>
        <translation>补上%1</translation>
    </message>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>……还有 %n 对</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left for you: one of the two is in another pair.</source>
        <translation>
            <numerusform>%n 对留待您处理：其中一方还出现在另一对里。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left for you: the two have different owners.</source>
        <translation>
            <numerusform>%n 对留待您处理：双方负责人不同。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left for you: they say different things in a field.</source>
        <translation>
            <numerusform>%n 对留待您处理：有字段内容不一致。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are: you may only read them.</source>
        <translation>
            <numerusform>%n 个保持不变：您只能查看。</numerusform>
        </translation>
    </message>
    <message>
        <source>Merging…</source>
        <translation>正在合并…</translation>
    </message>
    <message numerus="yes">
        <source>%n pair(s) merged</source>
        <translation>
            <numerusform>已合并 %n 对</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChosenBar</name>
    <message>
        <source>Change…</source>
        <translation>修改…</translation>
    </message>
    <message>
        <source>Share…</source>
        <translation>共享…</translation>
    </message>
    <message>
        <source>Hand over…</source>
        <translation>移交…</translation>
    </message>
    <message>
        <source>Into the pool…</source>
        <translation>放入公海…</translation>
    </message>
    <message>
        <source>Only one</source>
        <translation>只选一个</translation>
    </message>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>已选 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>at most %n at once</source>
        <translation>
            <numerusform>一次最多 %n 个</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChosenCustomers</name>
    <message>
        <source>Give %1 to the pool?</source>
        <translation>把%1放入公海吗？</translation>
    </message>
    <message>
        <source>Into the pool</source>
        <translation>放入公海</translation>
    </message>
    <message>
        <source>Anybody may claim them there. What they are shared with sees them no longer.</source>
        <translation>之后任何人都可以领取；原先被共享的同事将不再看到。</translation>
    </message>
    <message numerus="yes">
        <source>%n customer(s)</source>
        <translation>
            <numerusform>%n 个客户</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n will be shared.</source>
        <translation>
            <numerusform>将共享 %n 个。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n will be handed over.</source>
        <translation>
            <numerusform>将移交 %n 个。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n will go to the pool.</source>
        <translation>
            <numerusform>将有 %n 个放入公海。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them they see already; the new terms replace the old.</source>
        <translation>
            <numerusform>其中 %n 个对方已能看到，新的期限和权限将取代原来的。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are, because you do not answer for them: %1</source>
        <translation>
            <numerusform>%n 个保持不变，因为不由您负责：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are, because they are in the pool: %1</source>
        <translation>
            <numerusform>%n 个保持不变，因为它们在公海中：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay as they are, because they are this colleague&apos;s already: %1</source>
        <translation>
            <numerusform>%n 个保持不变，因为它们已归这位同事：%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n handed over to %1</source>
        <translation>
            <numerusform>已把 %n 个移交给%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n in the pool now</source>
        <translation>
            <numerusform>%n 个已放入公海</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n shared with %1</source>
        <translation>
            <numerusform>已把 %n 个共享给%1</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 sees them no longer</source>
        <translation>%1不再看到这些客户</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>CoachingPart</name>
    <message>
        <source>Entries to mend</source>
        <translation>待改进的录入</translation>
    </message>
    <message>
        <source>Everything entered in these days is in order.</source>
        <translation>这几天录入的内容都合乎要求。</translation>
    </message>
    <message>
        <source>Days</source>
        <translation>天数</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 天</translation>
    </message>
    <message>
        <source>14 days</source>
        <translation>14 天</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 天</translation>
    </message>
    <message>
        <source>Blanks and doubts are mended best by whoever typed them, while they remember.</source>
        <translation>缺项和疑点趁录入人还记得时补正最快。</translation>
    </message>
    <message>
        <source>Only the latest entries were looked at: there are very many.</source>
        <translation>录入很多，只检查了最近的一部分。</translation>
    </message>
    <message>
        <source>%1 · %2 of %3 entries to mend</source>
        <translation>%1 · 录入 %3 条，%2 条待改进</translation>
    </message>
    <message>
        <source>coaching</source>
        <translation>录入辅导</translation>
    </message>
</context>
<context>
    <name>CodeDialog</name>
    <message>
        <source>A code, shown only now</source>
        <translation>一次性的码，只显示这一次</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Good once, until %1.</source>
        <translation>仅可使用一次，有效期至 %1。</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>CodeEditor</name>
    <message>
        <source>Abolished; now %1</source>
        <translation>已撤销，现为 %1</translation>
    </message>
    <message>
        <source>From the address: %1</source>
        <translation>地址所示：%1</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Take it away</source>
        <translation>清除</translation>
    </message>
</context>
<context>
    <name>CodePicker</name>
    <message>
        <source>Name, pinyin, initials or code</source>
        <translation>名称、拼音、首字母或代码</translation>
    </message>
    <message>
        <source>One level up (←)</source>
        <translation>上一级（←）</translation>
    </message>
    <message>
        <source>What it consists of (→)</source>
        <translation>下一级（→）</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>once %1</source>
        <translation>原 %1</translation>
    </message>
</context>
<context>
    <name>ColumnPopup</name>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>move</source>
        <translation>移动</translation>
    </message>
    <message>
        <source>The usual</source>
        <translation>恢复默认</translation>
    </message>
</context>
<context>
    <name>ColumnsPane</name>
    <message>
        <source>Table</source>
        <translation>表</translation>
    </message>
    <message>
        <source>Kind of record</source>
        <translation>记录类型</translation>
    </message>
    <message>
        <source>Rows whose record is here</source>
        <translation>系统中已有的记录</translation>
    </message>
    <message>
        <source>Leave what is here</source>
        <translation>保持不变</translation>
    </message>
    <message>
        <source>Fill its blanks</source>
        <translation>只补空白</translation>
    </message>
    <message>
        <source>Overwrite it</source>
        <translation>用文件覆盖</translation>
    </message>
    <message>
        <source>Rows with a cell that can&apos;t be read</source>
        <translation>有无法识别单元格的行</translation>
    </message>
    <message>
        <source>Keep out, to be mended</source>
        <translation>不导入，留待修改</translation>
    </message>
    <message>
        <source>Take, the cell into the remark</source>
        <translation>导入，原文记入备注</translation>
    </message>
    <message>
        <source>Rows that look like a customer here</source>
        <translation>疑似已有客户的行</translation>
    </message>
    <message>
        <source>Take in, look afterwards</source>
        <translation>照常导入，之后查看</translation>
    </message>
    <message>
        <source>Read as last time.</source>
        <translation>按上次的方式读取。</translation>
    </message>
    <message>
        <source>Guess anew</source>
        <translation>重新推断</translation>
    </message>
    <message>
        <source>Put them into the remark</source>
        <translation>记入备注</translation>
    </message>
    <message>
        <source>Rehearse</source>
        <translation>预演</translation>
    </message>
    <message>
        <source>Another file…</source>
        <translation>换一个文件…</translation>
    </message>
    <message>
        <source>Leave this table out</source>
        <translation>不导入这个表</translation>
    </message>
    <message>
        <source>Column in the file</source>
        <translation>文件中的列</translation>
    </message>
    <message>
        <source>What stands there</source>
        <translation>列中的内容</translation>
    </message>
    <message>
        <source>Is read as</source>
        <translation>对应字段</translation>
    </message>
    <message>
        <source>(no heading)</source>
        <translation>（没有标题）</translation>
    </message>
    <message>
        <source>The first %1 of %2 columns are shown.</source>
        <translation>只列出前 %1 列，共 %2 列。</translation>
    </message>
    <message>
        <source>%1 is read as</source>
        <translation>%1 对应字段</translation>
    </message>
    <message>
        <source>— left out —</source>
        <translation>— 不导入 —</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source> and %1 more</source>
        <translation>等 %1 列</translation>
    </message>
    <message>
        <source>Left out: %1</source>
        <translation>不导入的列：%1</translation>
    </message>
</context>
<context>
    <name>CommandBox</name>
    <message>
        <source>Find or do anything</source>
        <translation>查找或执行任何操作</translation>
    </message>
    <message>
        <source>Name, pinyin, phone, tag…   &gt; for commands</source>
        <translation>名称、拼音、电话、标签…   输入 &gt; 查看命令</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>找到的内容</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Opened last</source>
        <translation>最近打开</translation>
    </message>
    <message>
        <source>Type a few letters: hxjx finds 宏兴机械.</source>
        <translation>输入几个字母即可，例如 hxjx 可找到“宏兴机械”。</translation>
    </message>
    <message>
        <source>Search is being prepared: %1 %</source>
        <translation>正在准备搜索：%1 %</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>Contact</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>their customers</source>
        <translation>其名下客户</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>同事</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>New customer “%1”</source>
        <translation>新建客户“%1”</translation>
    </message>
</context>
<context>
    <name>Company</name>
    <message>
        <source>Company</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>People and refused changes</source>
        <translation>人员和被拒绝的修改</translation>
    </message>
    <message>
        <source>Nobody is here yet.</source>
        <translation>这里还没有人。</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>Leaves the company…</source>
        <translation>离职…</translation>
    </message>
    <message>
        <source>Hand over the book…</source>
        <translation>移交客户簿…</translation>
    </message>
    <message>
        <source>Keep it out</source>
        <translation>不予接收</translation>
    </message>
    <message>
        <source>Judge it again</source>
        <translation>重新处理</translation>
    </message>
    <message>
        <source>No team</source>
        <translation>不属于任何团队</translation>
    </message>
    <message>
        <source>People  %1</source>
        <translation>人员  %1</translation>
    </message>
    <message>
        <source>Refused by the server  %1</source>
        <translation>服务器拒绝的修改  %1</translation>
    </message>
    <message>
        <source>asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Open tasks</source>
        <translation>未完成任务</translation>
    </message>
    <message>
        <source>Records</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>waits to be let in</source>
        <translation>等待批准</translation>
    </message>
    <message>
        <source>may hand in what is unsent</source>
        <translation>可提交未发送的内容</translation>
    </message>
    <message>
        <source>shut out</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>never synced</source>
        <translation>从未同步</translation>
    </message>
    <message>
        <source>up to date %1; what is unsent since is on it</source>
        <translation>%1 已同步；此后未发送的内容仍在该设备上</translation>
    </message>
    <message>
        <source>This needs your password once more. It then holds for ten minutes.</source>
        <translation>这个操作需要再次输入您的登录密码，之后十分钟内有效。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>登录密码</translation>
    </message>
    <message>
        <source>Written by</source>
        <translation>录入人</translation>
    </message>
    <message>
        <source>Arrived</source>
        <translation>到达时间</translation>
    </message>
    <message>
        <source>Who answers for all customers of %1 from now on?</source>
        <translation>今后由谁负责 %1 的全部客户？</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>移交</translation>
    </message>
    <message>
        <source>%1 leaves the company. Who takes over the customers? Unsent work on the laptops of %1 still comes in.</source>
        <translation>%1 离职。由谁接手其客户？%1 的电脑上尚未发送的内容仍会收进来。</translation>
    </message>
    <message>
        <source>Take over and shut out</source>
        <translation>接手并停用账号</translation>
    </message>
    <message>
        <source>%1 answers for the customers of %2 now</source>
        <translation>%2 的客户现由 %1 负责</translation>
    </message>
    <message>
        <source>%1 has another role now</source>
        <translation>%1 的角色已变更</translation>
    </message>
    <message>
        <source>%1 is in another team now</source>
        <translation>%1 的团队已变更</translation>
    </message>
    <message>
        <source>It stays out; it is kept with your decision</source>
        <translation>不予接收；内容和您的决定都已保留</translation>
    </message>
    <message>
        <source>It was taken in</source>
        <translation>已接收</translation>
    </message>
</context>
<context>
    <name>ConnectForm</name>
    <message>
        <source>Server address</source>
        <translation>服务器地址</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>入网码</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Open an invitation file…</source>
        <translation>打开邀请文件…</translation>
    </message>
    <message>
        <source>Paste it</source>
        <translation>粘贴邀请</translation>
    </message>
    <message>
        <source>An invitation that you copied: the file, or its text</source>
        <translation>粘贴您复制的邀请：文件或其中的文字</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>您的姓名</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>登录密码</translation>
    </message>
    <message>
        <source>Open an invitation file</source>
        <translation>打开邀请文件</translation>
    </message>
    <message>
        <source>This invitation was good until %1. Ask your administrator for a new one.</source>
        <translation>此邀请已于%1失效，请向管理员索取新的邀请。</translation>
    </message>
    <message>
        <source>Your administrator&apos;s invitation, good once until %1. It also proves the server.</source>
        <translation>管理员的邀请，%1前有效，只能使用一次；它还能验证服务器身份。</translation>
    </message>
    <message>
        <source>Your administrator&apos;s invitation. It also proves the server.</source>
        <translation>管理员的邀请；它还能验证服务器身份。</translation>
    </message>
    <message>
        <source>This laptop waits for approval. Tell your administrator these words; it goes on by itself.</source>
        <translation>这台电脑正在等待批准。请把下面的核对词告诉管理员，批准后会自动继续。</translation>
    </message>
    <message>
        <source>Words to compare: %1</source>
        <translation>核对词：%1</translation>
    </message>
    <message>
        <source>Use a code</source>
        <translation>改用入网码</translation>
    </message>
    <message>
        <source>Use name and password</source>
        <translation>改用姓名和登录密码</translation>
    </message>
</context>
<context>
    <name>ConsoleDesk</name>
    <message>
        <source>This needs your password once more. It then holds for ten minutes.</source>
        <translation>这个操作需要再次输入您的登录密码，十分钟内有效。</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>登录密码</translation>
    </message>
    <message>
        <source>Taken back.</source>
        <translation>已撤销。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Waits to be let in</source>
        <translation>等待批准</translation>
    </message>
    <message>
        <source>Active</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Hands in what is unsent</source>
        <translation>只交回未发送内容</translation>
    </message>
    <message>
        <source>Shut out, to be wiped</source>
        <translation>已停用，待清除</translation>
    </message>
    <message>
        <source>Wiped</source>
        <translation>已清除</translation>
    </message>
    <message>
        <source>No team</source>
        <translation>不属于任何团队</translation>
    </message>
</context>
<context>
    <name>Contacts</name>
    <message>
        <source>Contacts</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Nobody is noted here yet.</source>
        <translation>还没有登记联系人。</translation>
    </message>
    <message>
        <source>New contact</source>
        <translation>新建联系人</translation>
    </message>
</context>
<context>
    <name>Context</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Taken back.</source>
        <translation>已撤销。</translation>
    </message>
    <message numerus="yes">
        <source>Taken back. %n field(s) changed since were left alone.</source>
        <translation>
            <numerusform>已撤销。之后又改过的 %n 个字段保持不变。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CoverWindow</name>
    <message>
        <source>PIN</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>本机密码</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>The window is locked</source>
        <translation>窗口已锁定</translation>
    </message>
    <message>
        <source>Forgotten the PIN?</source>
        <translation>忘记 PIN？</translation>
    </message>
    <message>
        <source>Forgotten it?</source>
        <translation>忘记了？</translation>
    </message>
    <message>
        <source>With the password you sign in to your company with. Your company looks at it, so this needs a network; what you typed stays where it is.</source>
        <translation>请输入您的登录密码。由公司核对，所以需要网络；您录入的内容都在原处。</translation>
    </message>
    <message>
        <source>Unlock with your password</source>
        <translation>用登录密码解锁</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>登录密码</translation>
    </message>
    <message>
        <source>I have a code</source>
        <translation>我有重设码</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>An administrator gives you a code if you have no password, or do not know it. With it you choose a new one.</source>
        <translation>没有登录密码或忘记了，可向管理员要一个重设码，用它设置新的登录密码。</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>重设码</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>新的登录密码</translation>
    </message>
    <message>
        <source>Unlock with a code</source>
        <translation>用重设码解锁</translation>
    </message>
    <message>
        <source>Your company knows you. At least 6 digits or letters.</source>
        <translation>公司已确认是您本人。至少 6 位数字或字母。</translation>
    </message>
    <message>
        <source>New PIN</source>
        <translation>新 PIN</translation>
    </message>
    <message>
        <source>Once more</source>
        <translation>再输入一次</translation>
    </message>
    <message>
        <source>Choose a new PIN</source>
        <translation>设置新 PIN</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Keep the present PIN</source>
        <translation>沿用现在的 PIN</translation>
    </message>
    <message>
        <source>Your company knows you. The next start needs the passphrase all the same: nothing else opens the data. If it is lost, sync before you end crmdesk, then set this laptop up anew.</source>
        <translation>公司已确认是您本人。下次启动仍需要本机密码，没有别的办法打开数据。如果本机密码已丢失，请在退出 crmdesk 之前同步，然后重新设置这台电脑。</translation>
    </message>
    <message>
        <source>Unlocked</source>
        <translation>已解锁</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>This laptop belongs to no company that could say who you are. Tries never run out, they only have to wait. In a terminal of your own session “crmdesk pin set” chooses a new one. Nothing typed is lost.</source>
        <translation>这台电脑没有加入公司，没有人能证明您是谁。尝试次数不限，只是需要等待。也可以在您自己登录的终端里用 “crmdesk pin set” 设置新的 PIN。录入的内容不会丢失。</translation>
    </message>
    <message>
        <source>This laptop belongs to no company that could say who you are: only the passphrase opens it. Nothing typed is lost while crmdesk runs.</source>
        <translation>这台电脑没有加入公司，没有人能证明您是谁，只有本机密码可以解锁。crmdesk 不退出，录入的内容就不会丢失。</translation>
    </message>
    <message>
        <source>Nobody can vouch for you</source>
        <translation>没有人能为您证明</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>两次输入的不一样。</translation>
    </message>
    <message>
        <source>Enter your passphrase to go on where you were.</source>
        <translation>输入本机密码，从刚才的地方继续。</translation>
    </message>
    <message>
        <source>Enter your PIN to go on where you were.</source>
        <translation>输入 PIN，从刚才的地方继续。</translation>
    </message>
    <message>
        <source>Everything is where you left it.</source>
        <translation>一切都还在原处。</translation>
    </message>
</context>
<context>
    <name>CriteriaPane</name>
    <message>
        <source>Keep as a view…</source>
        <translation>存为视图…</translation>
    </message>
    <message numerus="yes">
        <source>%n fit</source>
        <translation>
            <numerusform>%n 个符合</numerusform>
        </translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Conditions</source>
        <translation>条件</translation>
    </message>
</context>
<context>
    <name>CustomerHead</name>
    <message>
        <source>Log visit</source>
        <translation>记录拜访</translation>
    </message>
    <message>
        <source>Follow up</source>
        <translation>跟进</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>CustomerMoves</name>
    <message>
        <source>Who takes over %1, with all visits, tasks and contacts?</source>
        <translation>由谁接手 %1，连同全部拜访、任务和联系人？</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>移交</translation>
    </message>
    <message>
        <source>Handed over %1</source>
        <translation>已移交 %1</translation>
    </message>
    <message>
        <source>%1 is in the pool now</source>
        <translation>%1 已放入公海</translation>
    </message>
    <message>
        <source>%1 is yours now</source>
        <translation>%1 现在归您负责</translation>
    </message>
    <message>
        <source>Asked for; the server decides as soon as there is a network.</source>
        <translation>已提交申请；联网后由服务器决定。</translation>
    </message>
</context>
<context>
    <name>CustomerPage</name>
    <message>
        <source>Back to the list</source>
        <translation>返回列表</translation>
    </message>
    <message>
        <source>Previous customer</source>
        <translation>上一个客户</translation>
    </message>
    <message>
        <source>Next customer</source>
        <translation>下一个客户</translation>
    </message>
</context>
<context>
    <name>CustomerPages</name>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
</context>
<context>
    <name>CustomerPicker</name>
    <message>
        <source>Name, pinyin, initials or phone</source>
        <translation>名称、拼音、首字母或电话</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
</context>
<context>
    <name>CustomerShares</name>
    <message>
        <source>%1 is responsible for this customer; you can read it only.</source>
        <translation>这个客户由 %1 负责，您只能查看。</translation>
    </message>
    <message>
        <source>Shared with %1; the next sync shows it</source>
        <translation>已共享给%1，下次同步后可见</translation>
    </message>
    <message>
        <source>No longer shared with %1</source>
        <translation>不再共享给%1</translation>
    </message>
    <message>
        <source>Share again</source>
        <translation>重新共享</translation>
    </message>
    <message>
        <source>may change it</source>
        <translation>可修改</translation>
    </message>
    <message>
        <source>read only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>%1 shared it with you</source>
        <translation>%1共享给您</translation>
    </message>
    <message>
        <source>Shared with %1</source>
        <translation>已共享给%1</translation>
    </message>
    <message>
        <source>%1 shared it with you until %2</source>
        <translation>%1共享给您，至%2</translation>
    </message>
    <message>
        <source>Shared with %1 until %2</source>
        <translation>已共享给%1，至%2</translation>
    </message>
</context>
<context>
    <name>CustomerView</name>
    <message>
        <source>Parts of the customer</source>
        <translation>客户的各个部分</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Contacts</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>附件</translation>
    </message>
    <message>
        <source>Deals</source>
        <translation>业务</translation>
    </message>
    <message>
        <source>Deleted %1</source>
        <translation>已删除 %1</translation>
    </message>
    <message>
        <source>Choose a customer to see it from all sides.</source>
        <translation>选择一个客户，查看全貌。</translation>
    </message>
    <message>
        <source>New contact</source>
        <translation>新建联系人</translation>
    </message>
    <message>
        <source>Edit details</source>
        <translation>编辑详情</translation>
    </message>
    <message>
        <source>Copy phone number</source>
        <translation>复制电话号码</translation>
    </message>
    <message>
        <source>Share…</source>
        <translation>共享…</translation>
    </message>
    <message>
        <source>Hand over…</source>
        <translation>移交…</translation>
    </message>
    <message>
        <source>Release to the pool</source>
        <translation>放入公海</translation>
    </message>
    <message>
        <source>Claim</source>
        <translation>认领</translation>
    </message>
    <message>
        <source>As it was on an earlier day…</source>
        <translation>查看过去某一天…</translation>
    </message>
    <message>
        <source>Audit: who, from which laptop, when</source>
        <translation>审计：谁、用哪台电脑、何时</translation>
    </message>
    <message>
        <source>Take apart</source>
        <translation>拆开</translation>
    </message>
    <message>
        <source>Delete customer</source>
        <translation>删除客户</translation>
    </message>
    <message>
        <source>“%1” stands for itself again</source>
        <translation>「%1」已恢复为单独的客户</translation>
    </message>
    <message>
        <source>Tomorrow</source>
        <translation>明天</translation>
    </message>
    <message>
        <source>In 3 days</source>
        <translation>3 天后</translation>
    </message>
    <message>
        <source>In a week</source>
        <translation>一周后</translation>
    </message>
    <message>
        <source>In two weeks</source>
        <translation>两周后</translation>
    </message>
    <message>
        <source>In a month</source>
        <translation>一个月后</translation>
    </message>
    <message>
        <source>No follow-up</source>
        <translation>不再跟进</translation>
    </message>
    <message>
        <source>Somebody deleted this customer while somebody else worked on it.</source>
        <translation>有人删除了这个客户，同时另有人在编辑它。</translation>
    </message>
    <message>
        <source>%1 wrote to this customer before hearing that it had moved.</source>
        <translation>%1 在得知客户已移交之前写过内容。</translation>
    </message>
    <message>
        <source>The pool</source>
        <translation>公海</translation>
    </message>
    <message>
        <source>Contact</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>负责人</translation>
    </message>
    <message>
        <source>Last visit</source>
        <translation>最近拜访</translation>
    </message>
    <message>
        <source>Copied %1</source>
        <translation>已复制 %1</translation>
    </message>
    <message>
        <source>Follow-up on %1</source>
        <translation>下次跟进：%1</translation>
    </message>
    <message>
        <source>Tagged %1</source>
        <translation>已添加标签 %1</translation>
    </message>
    <message>
        <source>Took off %1</source>
        <translation>已移除标签 %1</translation>
    </message>
</context>
<context>
    <name>CustomersPage</name>
    <message>
        <source>Search name, contact, phone, city…</source>
        <translation>搜索名称、联系人、电话、城市…</translation>
    </message>
    <message>
        <source>New customer</source>
        <translation>新建客户</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>重复客户</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Search is being prepared: %1 %. What it knows so far is shown.</source>
        <translation>正在准备搜索：%1 %，先显示已能找到的。</translation>
    </message>
    <message>
        <source>No customers yet. Make the first one, or connect to your company under Sync to receive yours.</source>
        <translation>还没有客户。新建第一个，或在「同步」中连接公司以接收您的客户。</translation>
    </message>
    <message>
        <source>Try with sample data</source>
        <translation>用示例数据试试</translation>
    </message>
    <message>
        <source>No customer fits this search.</source>
        <translation>没有符合条件的客户。</translation>
    </message>
    <message>
        <source>Show all customers</source>
        <translation>显示全部客户</translation>
    </message>
</context>
<context>
    <name>Deals</name>
    <message>
        <source>Deals</source>
        <translation>业务</translation>
    </message>
    <message>
        <source>No opportunity, order or ticket is noted here yet.</source>
        <translation>这里还没有商机、订单或工单。</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新建</translation>
    </message>
</context>
<context>
    <name>Decision</name>
    <message numerus="yes">
        <source>%n value(s)</source>
        <translation>
            <numerusform>%n 个值</numerusform>
        </translation>
    </message>
    <message>
        <source>Open the customer</source>
        <translation>打开客户</translation>
    </message>
    <message>
        <source>What it said before</source>
        <translation>之前的值</translation>
    </message>
    <message>
        <source>About this customer</source>
        <translation>客户概况</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>上一个</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一个</translation>
    </message>
    <message>
        <source>Keep this value</source>
        <translation>采用这个值</translation>
    </message>
</context>
<context>
    <name>DeedList</name>
    <message>
        <source>Done in bulk</source>
        <translation>批量操作</translation>
    </message>
    <message numerus="yes">
        <source>Imports and changes of many customers stand here for %n day(s), to be taken back whole.</source>
        <translation>
            <numerusform>导入和批量修改在这里保留 %n 天，可以整体撤销。</numerusform>
        </translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Taking back…</source>
        <translation>正在撤销…</translation>
    </message>
    <message numerus="yes">
        <source>%n that were changed or handed over since stayed as they are.</source>
        <translation>
            <numerusform>此后修改过或已移交的 %n 条保持不变。</numerusform>
        </translation>
    </message>
    <message>
        <source>What anybody has changed since stays as it is.</source>
        <translation>之后被修改过的内容保持不变。</translation>
    </message>
    <message numerus="yes">
        <source>%n record(s)</source>
        <translation>
            <numerusform>%n 条记录</numerusform>
        </translation>
    </message>
    <message>
        <source>taken back</source>
        <translation>已撤销</translation>
    </message>
    <message>
        <source>stopped halfway</source>
        <translation>中途停止</translation>
    </message>
    <message>
        <source>Import of %1</source>
        <translation>导入：%1</translation>
    </message>
    <message>
        <source>Certain duplicates merged</source>
        <translation>合并确定的重复客户</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>Lock the window</source>
        <translation>锁定窗口</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message numerus="yes">
        <source>This laptop locks in %n day(s) unless it reaches your company</source>
        <translation>
            <numerusform>再有 %n 天联系不上公司，这台电脑就会锁定</numerusform>
        </translation>
    </message>
    <message>
        <source>Sample data — nothing here is real.</source>
        <translation>示例数据，这里的一切都不是真的。</translation>
    </message>
    <message>
        <source>Leave the sample data</source>
        <translation>离开示例数据</translation>
    </message>
    <message>
        <source>You see what %1 sees · as of %2 · read only · on record</source>
        <translation>您看到的是 %1 所见的内容 · 截至 %2 · 只读 · 有记录</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Refreshing…</source>
        <translation>正在刷新…</translation>
    </message>
    <message>
        <source>This crmdesk is too old for your company: read everything, change nothing. What is unsent is kept.</source>
        <translation>这个版本的 crmdesk 对公司来说太旧：可以查看，不能修改。未发送的内容都已保留。</translation>
    </message>
    <message>
        <source>Ask the server again</source>
        <translation>再次询问服务器</translation>
    </message>
    <message>
        <source>Your role in the company has changed, and your pages with it.</source>
        <translation>您在公司的角色已变更，页面也随之变更。</translation>
    </message>
    <message>
        <source>Show my pages</source>
        <translation>显示我的页面</translation>
    </message>
    <message>
        <source>You stand in for %1 until %2.</source>
        <translation>您正在代理%1，至%2。</translation>
    </message>
    <message numerus="yes">
        <source>And for %n more; see Settings.</source>
        <translation>
            <numerusform>另外还代理 %n 位，见「设置」。</numerusform>
        </translation>
    </message>
    <message>
        <source>Show their customers</source>
        <translation>查看其客户</translation>
    </message>
    <message>
        <source>Log a visit</source>
        <translation>记录拜访</translation>
    </message>
    <message>
        <source>New customer</source>
        <translation>新建客户</translation>
    </message>
    <message>
        <source>Done in bulk</source>
        <translation>批量操作</translation>
    </message>
    <message>
        <source>My permissions</source>
        <translation>我的权限</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>Undo what I did last</source>
        <translation>撤销我最近的操作</translation>
    </message>
    <message>
        <source>All keys</source>
        <translation>全部快捷键</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Search on this page</source>
        <translation>搜索本页</translation>
    </message>
    <message>
        <source>Open the whole page</source>
        <translation>打开完整页面</translation>
    </message>
    <message>
        <source>Next customer; Alt+Left the one before</source>
        <translation>下一个客户；Alt+← 为上一个</translation>
    </message>
    <message>
        <source>Put conditions together: Ins another, Alt+Del takes one away</source>
        <translation>组合筛选条件：Ins 再加一条，Alt+Del 去掉一条</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>添加标签</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Reviewed, without a remark</source>
        <translation>已阅，不写批注</translation>
    </message>
    <message>
        <source>Merge; K keep apart, Z or U take the last decision back</source>
        <translation>合并；K 保持分开，Z 或 U 撤回上一个决定</translation>
    </message>
    <message>
        <source>Which of the two stays; Left the other</source>
        <translation>保留哪一个；左键选另一个</translation>
    </message>
    <message>
        <source>Take back whole what is in front</source>
        <translation>整体撤销选中的操作</translation>
    </message>
    <message>
        <source>End a share, or a deputy&apos;s time</source>
        <translation>结束共享或代理</translation>
    </message>
    <message>
        <source>Delete, with a way back</source>
        <translation>删除（可撤销）</translation>
    </message>
    <message>
        <source>Import a table</source>
        <translation>导入表格</translation>
    </message>
    <message>
        <source>Handed over and merged</source>
        <translation>已移交并合并</translation>
    </message>
    <message>
        <source>%1 was not handed over, so it is not merged</source>
        <translation>%1 未能移交，因此没有合并</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>重复客户</translation>
    </message>
    <message>
        <source>Data quality</source>
        <translation>数据质量</translation>
    </message>
    <message>
        <source>Timeline, 2 details, 3 contacts, 4 deals, 5 files, 6 history</source>
        <translation>时间线，2 详情，3 联系人，4 业务，5 附件，6 历史</translation>
    </message>
    <message>
        <source>Edit the chosen cell; Tab the next one, Enter saves</source>
        <translation>编辑选中的单元格；Tab 到下一格，Enter 保存</translation>
    </message>
    <message>
        <source>Edit the details; on the whole page F2 too</source>
        <translation>编辑详细信息；在客户页上也可按 F2</translation>
    </message>
    <message>
        <source>An earlier day</source>
        <translation>过去某一天</translation>
    </message>
    <message>
        <source>Choose all; Shift with an arrow key chooses several</source>
        <translation>全选；Shift 加方向键可选多行</translation>
    </message>
    <message>
        <source>Attach what was copied, among the files</source>
        <translation>在附件中：附上已复制的内容</translation>
    </message>
    <message>
        <source>Back; in the list: take the filter away</source>
        <translation>返回；在列表中取消筛选</translation>
    </message>
    <message>
        <source>Save a form; Ctrl+S does it too</source>
        <translation>保存表单，Ctrl+S 亦可</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Keep a draft</source>
        <translation>保留草稿</translation>
    </message>
    <message>
        <source>Choose the kind, Alt+2 the second…</source>
        <translation>选择方式，Alt+2 为第二种…</translation>
    </message>
    <message>
        <source>With a digit: a quick phrase</source>
        <translation>加数字：快捷短语</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>Inbox</source>
        <translation>收件箱</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审阅</translation>
    </message>
    <message>
        <source>Next; K the one before</source>
        <translation>下一条，K 为上一条</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Postpone: +3, Wed, 11-30</source>
        <translation>延后：+3、周三、11-30</translation>
    </message>
    <message>
        <source>Choose the first value, 2 the second…</source>
        <translation>选第一个值，2 选第二个…</translation>
    </message>
    <message>
        <source>Choose the next value; Left the one before</source>
        <translation>选下一个值，← 为上一个</translation>
    </message>
    <message>
        <source>Keep the chosen value</source>
        <translation>采用选中的值</translation>
    </message>
    <message>
        <source>Take the last decision back</source>
        <translation>撤回上一个决定</translation>
    </message>
    <message>
        <source>Remark; Enter saves it as reviewed</source>
        <translation>批注；回车保存为已阅</translation>
    </message>
    <message>
        <source>Flag</source>
        <translation>标记跟进</translation>
    </message>
    <message>
        <source>Take the last review back</source>
        <translation>撤回上一次审阅</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>数据质量</translation>
    </message>
    <message>
        <source>Rates, Alt+2 sample, 3 going live, 4 orphans, 5 coaching, 6 goals</source>
        <translation>比率；Alt+2 抽样、3 上线门槛、4 孤立记录、5 录入辅导、6 目标</translation>
    </message>
    <message>
        <source>Of a sample: right; N wrong, S skip, U take back</source>
        <translation>抽样：正确；N 有误、S 跳过、U 撤回</translation>
    </message>
    <message>
        <source>Verify the audit</source>
        <translation>校验审计</translation>
    </message>
    <message>
        <source>Audit</source>
        <translation>审计</translation>
    </message>
    <message>
        <source>Administration</source>
        <translation>管理</translation>
    </message>
    <message>
        <source>People, 2 teams, 3 roles, 4 fields, 5 laptops, 6 shares and deputies</source>
        <translation>人员，2 团队，3 角色，4 字段，5 设备，6 共享与代理</translation>
    </message>
    <message>
        <source>A new person, a new team, a copy of a role</source>
        <translation>新增人员、团队或复制角色</translation>
    </message>
    <message>
        <source>Rename a team, a role, a laptop</source>
        <translation>团队、角色、电脑改名</translation>
    </message>
    <message>
        <source>Make a team part of another</source>
        <translation>变更团队的上级</translation>
    </message>
    <message>
        <source>A new team below</source>
        <translation>新增下级团队</translation>
    </message>
    <message>
        <source>Save what is ticked of a role</source>
        <translation>保存角色的勾选</translation>
    </message>
</context>
<context>
    <name>DevicesPart</name>
    <message>
        <source>Laptops</source>
        <translation>电脑</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Laptop</source>
        <translation>电脑</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>核对词</translation>
    </message>
    <message>
        <source>Up to date</source>
        <translation>最近同步</translation>
    </message>
    <message>
        <source>Locks</source>
        <translation>锁定时间</translation>
    </message>
    <message>
        <source>Let it in…</source>
        <translation>批准…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>改名…</translation>
    </message>
    <message>
        <source>Shut out…</source>
        <translation>停用…</translation>
    </message>
    <message>
        <source>Person, laptop or words…</source>
        <translation>人员、电脑或核对词…</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>Which laptops there are, only the server knows.</source>
        <translation>有哪些电脑，只有服务器知道。</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>再问一次</translation>
    </message>
    <message>
        <source>No laptop is called that, or has these words.</source>
        <translation>没有这个名称或核对词的电脑。</translation>
    </message>
    <message>
        <source>No laptop has joined yet. Give somebody a code for one, in the tab of the people.</source>
        <translation>还没有电脑加入。请在“人员”页签里为某人生成电脑入网码。</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从未</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>尚未</translation>
    </message>
    <message>
        <source>Wipe ordered</source>
        <translation>清除指令</translation>
    </message>
    <message>
        <source>Joined</source>
        <translation>加入时间</translation>
    </message>
    <message>
        <source>Empties itself</source>
        <translation>销毁本机数据</translation>
    </message>
    <message>
        <source>Wiped</source>
        <translation>已清除</translation>
    </message>
    <message>
        <source>A token of it was used twice: it, or its profile, may have been copied.</source>
        <translation>它的令牌被使用了两次：这台电脑或其配置可能被复制过。</translation>
    </message>
    <message>
        <source>The server was restored and does not know its token any more.</source>
        <translation>服务器恢复过备份，不再认识它的令牌。</translation>
    </message>
    <message>
        <source>Somebody signed in with the person&apos;s password from it.</source>
        <translation>有人在这台电脑上用此人的登录密码登录过。</translation>
    </message>
    <message>
        <source>It waits for its first approval.</source>
        <translation>等待首次批准。</translation>
    </message>
    <message>
        <source>Let a laptop of %1 in?</source>
        <translation>批准 %1 的这台电脑吗？</translation>
    </message>
    <message>
        <source>Let it in</source>
        <translation>批准</translation>
    </message>
    <message>
        <source>Call the person. Let them read out the words that crmdesk shows on that laptop; they must be these:</source>
        <translation>请给本人打电话，让对方念出那台电脑上 crmdesk 显示的核对词；必须与下面一致：</translation>
    </message>
    <message>
        <source>I have heard these words from the person</source>
        <translation>我已听到本人念出这些词</translation>
    </message>
    <message>
        <source>%1 is let in</source>
        <translation>%1 已获批准</translation>
    </message>
    <message>
        <source>Shut out %1 of %2, for good?</source>
        <translation>永久停用 %2 的 %1 吗？</translation>
    </message>
    <message>
        <source>Shut out for good</source>
        <translation>永久停用</translation>
    </message>
    <message>
        <source>It was up to date %1.</source>
        <translation>最近同步：%1。</translation>
    </message>
    <message>
        <source>It was never up to date.</source>
        <translation>它从未同步过。</translation>
    </message>
    <message>
        <source>From now on it reads and sends nothing. This cannot be undone: it joins again only as a new laptop.</source>
        <translation>从现在起它不能读取，也不能发送。此操作无法撤销：它只能作为新电脑重新加入。</translation>
    </message>
    <message>
        <source>At its next contact it wipes itself: key, database, attachments and copies. Its state then says when.</source>
        <translation>它下次联系时会清除自身：密钥、数据库、附件和备份副本；清除后在状态中显示时间。</translation>
    </message>
    <message>
        <source>What is unsent on it is sealed first and handed in; it waits among the refused work until you take it in.</source>
        <translation>未发送的内容会先加密封存并上交，存放在被拒绝的内容中，等您决定是否收下。</translation>
    </message>
    <message>
        <source>If it is never in contact again, it destroys what it holds after %1 days by itself.</source>
        <translation>若它再也不联系，%1 天后会自行销毁所存内容。</translation>
    </message>
    <message>
        <source>Of somebody who leaves, shut out the person instead: their laptops then still hand in what is unsent.</source>
        <translation>如果是人员离职，请改为停用此人：其电脑仍可交回未发送的内容。</translation>
    </message>
    <message>
        <source>%1 is shut out</source>
        <translation>%1 已停用</translation>
    </message>
    <message>
        <source>Another name for %1</source>
        <translation>为 %1 改名</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>改名</translation>
    </message>
    <message>
        <source>%1 is called %2 now</source>
        <translation>%1 已改名为 %2</translation>
    </message>
</context>
<context>
    <name>Dictionary</name>
    <message>
        <source>Data dictionary</source>
        <translation>数据字典</translation>
    </message>
    <message>
        <source>Field or kind of record…</source>
        <translation>字段或记录类型…</translation>
    </message>
    <message>
        <source>Kinds of records</source>
        <translation>记录类型</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>保存为文件…</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>required</source>
        <translation>必填</translation>
    </message>
    <message>
        <source>retired</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>No field has such a name.</source>
        <translation>没有这样的字段。</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>people</source>
        <translation>人</translation>
    </message>
    <message>
        <source>the server alone</source>
        <translation>仅服务器</translation>
    </message>
    <message>
        <source>Chinese name</source>
        <translation>中文名</translation>
    </message>
    <message>
        <source>English name</source>
        <translation>英文名</translation>
    </message>
    <message>
        <source>Name in files</source>
        <translation>文件中的名称</translation>
    </message>
    <message>
        <source>Kind of value</source>
        <translation>值的类型</translation>
    </message>
    <message>
        <source>May stand there</source>
        <translation>可填内容</translation>
    </message>
    <message>
        <source>Required</source>
        <translation>必填</translation>
    </message>
    <message>
        <source>Several</source>
        <translation>可填多个</translation>
    </message>
    <message>
        <source>Who writes it</source>
        <translation>由谁填写</translation>
    </message>
    <message>
        <source>Two at once</source>
        <translation>两人同时修改时</translation>
    </message>
    <message>
        <source>Other headings</source>
        <translation>表格中的其他叫法</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>填写说明</translation>
    </message>
    <message>
        <source>Saved to %1</source>
        <translation>已保存到 %1</translation>
    </message>
</context>
<context>
    <name>DrillDialog</name>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>Who takes the customers over</source>
        <translation>由谁接手客户</translation>
    </message>
    <message>
        <source>Hand over what %1 left</source>
        <translation>移交 %1 留下的客户</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>移交</translation>
    </message>
    <message>
        <source>%1 leaves the company</source>
        <translation>%1 离职</translation>
    </message>
    <message>
        <source>Shut this person out</source>
        <translation>停用此人</translation>
    </message>
    <message>
        <source>%1 works elsewhere</source>
        <translation>%1 调岗</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>调岗</translation>
    </message>
    <message>
        <source>%1 is promoted</source>
        <translation>%1 晋升</translation>
    </message>
    <message>
        <source>Promote</source>
        <translation>晋升</translation>
    </message>
    <message>
        <source>Nobody yet; their managers go on reading them</source>
        <translation>暂无；其经理仍可查看</translation>
    </message>
    <message>
        <source>Nobody; they keep their customers</source>
        <translation>无人；客户随本人</translation>
    </message>
    <message>
        <source>Who reads these customers</source>
        <translation>谁能看到这些客户</translation>
    </message>
    <message>
        <source>Whose customers %1 reads</source>
        <translation>%1 能看到谁的客户</translation>
    </message>
    <message>
        <source>Laptops; what is unsent on them, nobody knows</source>
        <translation>电脑（其上未发送的内容无人知晓）</translation>
    </message>
    <message>
        <source>What will happen</source>
        <translation>将会发生什么</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Records</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Open tasks</source>
        <translation>未完成任务</translation>
    </message>
    <message>
        <source>Stands in, or is stood in for</source>
        <translation>代理与被代理</translation>
    </message>
    <message>
        <source>Shared with others</source>
        <translation>共享给他人</translation>
    </message>
    <message>
        <source>Shared with them</source>
        <translation>他人共享给本人</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>reads</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>reads and changes</source>
        <translation>可修改</translation>
    </message>
    <message>
        <source>sees nothing</source>
        <translation>看不到</translation>
    </message>
    <message>
        <source>As before: %1</source>
        <translation>不变：%1</translation>
    </message>
    <message>
        <source>Nobody</source>
        <translation>无人</translation>
    </message>
    <message>
        <source>up to date %1</source>
        <translation>最近同步 %1</translation>
    </message>
    <message>
        <source>never up to date</source>
        <translation>从未同步</translation>
    </message>
    <message>
        <source>%1 then has %2 customers.</source>
        <translation>此后 %1 共有 %2 个客户。</translation>
    </message>
    <message>
        <source>%1 begins with no customers.</source>
        <translation>%1 将从零个客户开始。</translation>
    </message>
    <message>
        <source>Their laptops read nothing any more, but still hand in what is unsent; it arrives as late work.</source>
        <translation>其电脑不能再读取，但仍可交回未发送的内容，作为迟到的修改处理。</translation>
    </message>
    <message>
        <source>%1 has left</source>
        <translation>%1 已离职</translation>
    </message>
    <message>
        <source>%1 works elsewhere now</source>
        <translation>%1 已调岗</translation>
    </message>
</context>
<context>
    <name>Duplicates</name>
    <message>
        <source>These customers carry the same name. They may be one company that two people added.</source>
        <translation>这些客户同名，可能是两个人录入了同一家公司。</translation>
    </message>
    <message>
        <source>Look at duplicates</source>
        <translation>查看重复客户</translation>
    </message>
    <message>
        <source>Customers with the same name</source>
        <translation>同名客户</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>重复客户</translation>
    </message>
    <message>
        <source>Pairs that may be one company</source>
        <translation>可能是同一家的客户</translation>
    </message>
    <message>
        <source>Only the pairs of this import; press for all</source>
        <translation>只看这次导入的客户；点击查看全部</translation>
    </message>
    <message>
        <source>Merge the certain ones</source>
        <translation>合并确定的</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Keep apart</source>
        <translation>不是同一家</translation>
    </message>
    <message>
        <source>Merge</source>
        <translation>合并</translation>
    </message>
    <message>
        <source>Looking for customers that are here twice…</source>
        <translation>正在查找重复的客户…</translation>
    </message>
    <message>
        <source>Very likely one company  %1</source>
        <translation>很可能是同一家  %1</translation>
    </message>
    <message>
        <source>To be looked at  %1</source>
        <translation>需要看一看  %1</translation>
    </message>
    <message numerus="yes">
        <source>%n more pair(s) follow</source>
        <translation>
            <numerusform>另有 %n 对，随后列出</numerusform>
        </translation>
    </message>
    <message>
        <source>Nobody seems to be here twice.</source>
        <translation>没有发现重复的客户。</translation>
    </message>
    <message>
        <source>%1 certain that this is one company</source>
        <translation>有 %1 的把握是同一家</translation>
    </message>
    <message numerus="yes">
        <source>%n visit(s)</source>
        <translation>
            <numerusform>%n 次拜访</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n contact(s)</source>
        <translation>
            <numerusform>%n 位联系人</numerusform>
        </translation>
    </message>
    <message>
        <source>since %1</source>
        <translation>建于 %1</translation>
    </message>
    <message>
        <source>Hand over and merge</source>
        <translation>移交并合并</translation>
    </message>
    <message>
        <source>%1 gets “%2” and it is merged; undoing the merge does not hand it back.</source>
        <translation>「%2」先移交给%1，再并入；撤销合并不会移回。</translation>
    </message>
    <message>
        <source>The one that stays has no owner to hand the other to; choose the other.</source>
        <translation>保留的一方没有可接手的负责人，请改选另一方。</translation>
    </message>
    <message>
        <source>“%1” stays, with everything that hangs below either; it can be taken apart again.</source>
        <translation>保留「%1」，两边的拜访、联系人和资料都归到它下面；以后仍可拆开。</translation>
    </message>
    <message>
        <source>Merged into “%1”</source>
        <translation>已并入「%1」</translation>
    </message>
    <message>
        <source>Handed over and merged into “%1”</source>
        <translation>已移交并合并到「%1」</translation>
    </message>
    <message>
        <source>Handed over; merged into “%1” after the next sync</source>
        <translation>已移交，下次同步后并入「%1」</translation>
    </message>
    <message>
        <source>Asked for; merged into “%1” once the server has handed it over</source>
        <translation>已申请；服务器移交后自动并入「%1」</translation>
    </message>
    <message>
        <source>Noted: these are two</source>
        <translation>已记为两家不同的客户</translation>
    </message>
</context>
<context>
    <name>Editor</name>
    <message>
        <source>+7, zs3, 11-30…</source>
        <translation>+7、zs3、11-30…</translation>
    </message>
</context>
<context>
    <name>ElsewhereLine</name>
    <message>
        <source>This customer is in the pool.</source>
        <translation>公海里已有这个客户。</translation>
    </message>
    <message>
        <source>Perhaps in the pool already.</source>
        <translation>公海里可能已有这个客户。</translation>
    </message>
    <message>
        <source>A colleague has this customer already; ask your administrator.</source>
        <translation>已有同事在跟进这个客户，请询问管理员。</translation>
    </message>
    <message>
        <source>%1 has this customer already; ask them.</source>
        <translation>%1 已在跟进这个客户，请先询问。</translation>
    </message>
    <message>
        <source>%1 may have this customer already; ask them.</source>
        <translation>%1 可能已在跟进这个客户，请先询问。</translation>
    </message>
</context>
<context>
    <name>Everybody</name>
    <message>
        <source>Which</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Not confirmed</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Changed since</source>
        <translation>有变化</translation>
    </message>
    <message>
        <source>Confirmed</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Copy a reminder</source>
        <translation>复制提醒</translation>
    </message>
    <message>
        <source>Spreadsheet…</source>
        <translation>表格…</translation>
    </message>
    <message>
        <source>Page to print…</source>
        <translation>打印页…</translation>
    </message>
    <message>
        <source>See what they see</source>
        <translation>以其视角查看</translation>
    </message>
    <message>
        <source>The reminder is on the clipboard</source>
        <translation>提醒文字已复制</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>已保存为 %1</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
</context>
<context>
    <name>ExportStrip</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Writing the file: %1 of %2</source>
        <translation>正在写入文件：%1 / %2</translation>
    </message>
    <message>
        <source>Writing the file…</source>
        <translation>正在写入文件…</translation>
    </message>
    <message>
        <source>Stopped; no file was written.</source>
        <translation>已停止，没有写入文件。</translation>
    </message>
    <message numerus="yes">
        <source>%n customer(s) in %1</source>
        <translation>
            <numerusform>%n 个客户已写入 %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FieldChoices</name>
    <message>
        <source>Choice, in Chinese</source>
        <translation>选项（中文）</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>Choice, in English</source>
        <translation>选项（英文）</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英文</translation>
    </message>
    <message>
        <source>Take this choice out</source>
        <translation>去掉这个选项</translation>
    </message>
    <message>
        <source>Further up (Alt+↑)</source>
        <translation>上移（Alt+↑）</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Offer it again</source>
        <translation>重新提供</translation>
    </message>
</context>
<context>
    <name>FieldsPart</name>
    <message>
        <source>Fields of the company</source>
        <translation>公司自己的字段</translation>
    </message>
    <message>
        <source>New field</source>
        <translation>新字段</translation>
    </message>
    <message>
        <source>Retire</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>As a rep sees it</source>
        <translation>销售看到的样子</translation>
    </message>
    <message>
        <source>Field or kind of record…</source>
        <translation>字段或记录类型…</translation>
    </message>
    <message>
        <source>No field is called that.</source>
        <translation>没有叫这个名字的字段。</translation>
    </message>
    <message>
        <source>The company has no fields of its own yet. One that you add is on every laptop after its next sync.</source>
        <translation>公司还没有自己的字段。新建的字段在各台电脑下次同步后就能使用。</translation>
    </message>
    <message>
        <source>some industries</source>
        <translation>仅限部分行业</translation>
    </message>
    <message>
        <source>retired</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Its kind of value can&apos;t be changed later; everything else can.</source>
        <translation>类型以后不能再改，其余内容都可以改。</translation>
    </message>
    <message>
        <source>Filled in for %1 of %2 records that are on this laptop.</source>
        <translation>本机 %2 条记录中有 %1 条填写了此字段。</translation>
    </message>
    <message>
        <source>Retired: no form has it. What it holds is kept.</source>
        <translation>已停用：表单中不再显示，已填内容保留。</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>恢复使用</translation>
    </message>
    <message>
        <source>The company&apos;s fields on the form of a %1</source>
        <translation>“%1”表单中公司自己的字段</translation>
    </message>
    <message>
        <source>Reps don&apos;t see this field.</source>
        <translation>销售看不到这个字段。</translation>
    </message>
    <message>
        <source>Not saved yet</source>
        <translation>尚未保存</translation>
    </message>
    <message>
        <source>The field %1 is there now; other laptops have it after their next sync</source>
        <translation>已新建字段“%1”，其他电脑下次同步后可用</translation>
    </message>
    <message>
        <source>%1 is saved</source>
        <translation>已保存“%1”</translation>
    </message>
    <message>
        <source>Thrown away</source>
        <translation>已丢弃</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>%1 is in no form any longer; what it holds is kept</source>
        <translation>“%1”不再出现在表单中，已填内容保留</translation>
    </message>
    <message>
        <source>%1 is in forms again</source>
        <translation>“%1”已恢复使用</translation>
    </message>
    <message>
        <source>Moved</source>
        <translation>已移动</translation>
    </message>
</context>
<context>
    <name>FileChips</name>
    <message>
        <source>Attach files; a picture can be pasted, files can be dropped</source>
        <translation>添加附件；可粘贴图片，也可拖入文件</translation>
    </message>
    <message>
        <source>File %1, press to remove</source>
        <translation>附件 %1，按下移除</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>Files</source>
        <translation>附件</translation>
    </message>
    <message>
        <source>No files yet. Drop photos or documents here, or paste a picture.</source>
        <translation>还没有附件。把照片或文档拖到这里，或粘贴图片。</translation>
    </message>
    <message>
        <source>Attach files…</source>
        <translation>添加附件…</translation>
    </message>
    <message>
        <source>No files yet.</source>
        <translation>还没有文件。</translation>
    </message>
    <message numerus="yes">
        <source>Attached %n file(s)</source>
        <translation>
            <numerusform>已添加 %n 个附件</numerusform>
        </translation>
    </message>
    <message>
        <source>Removed %1</source>
        <translation>已移除 %1</translation>
    </message>
    <message>
        <source>Attach…</source>
        <translation>添加附件…</translation>
    </message>
    <message>
        <source>Attach files; Ctrl+V pastes a picture</source>
        <translation>添加附件；Ctrl+V 粘贴图片</translation>
    </message>
    <message>
        <source>Open (Enter)</source>
        <translation>打开 (Enter)</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Remove (Del)</source>
        <translation>移除 (Del)</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>waiting to be sent</source>
        <translation>待上传</translation>
    </message>
    <message>
        <source>on the server</source>
        <translation>在服务器上</translation>
    </message>
    <message>
        <source>on its way</source>
        <translation>下载中</translation>
    </message>
    <message>
        <source>awaits its author</source>
        <translation>添加者尚未上传</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>Fetching %1</source>
        <translation>正在下载 %1</translation>
    </message>
    <message>
        <source>This picture can&apos;t be shown; it can be saved.</source>
        <translation>这张图片无法显示，可以另存。</translation>
    </message>
    <message>
        <source>This file is not what its name says. It can only be saved.</source>
        <translation>文件内容与名称不符，只能另存。</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>已另存为 %1</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
</context>
<context>
    <name>FilterStrip</name>
    <message>
        <source>Stage</source>
        <translation>阶段</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>Conditions</source>
        <translation>条件</translation>
    </message>
    <message>
        <source>Tags, owners, regions, industries</source>
        <translation>标签、负责人、地区、行业</translation>
    </message>
    <message>
        <source>Last visit</source>
        <translation>最近拜访</translation>
    </message>
    <message>
        <source>Next follow-up</source>
        <translation>下次跟进</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Last change</source>
        <translation>最近修改</translation>
    </message>
    <message>
        <source>The pool</source>
        <translation>公海</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>负责人</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
</context>
<context>
    <name>FirstStart</name>
    <message numerus="yes">
        <source>%n record(s) made</source>
        <translation>
            <numerusform>已生成 %n 条记录</numerusform>
        </translation>
    </message>
    <message>
        <source>Making sample data…</source>
        <translation>正在生成示例数据…</translation>
    </message>
    <message>
        <source>Welcome to crmdesk</source>
        <translation>欢迎使用 crmdesk</translation>
    </message>
    <message>
        <source>A whole working day without a network, and nothing is lost. How do you want to begin?</source>
        <translation>整天没有网络也能工作，什么都不会丢。您想怎样开始？</translation>
    </message>
    <message>
        <source>Try it with sample data</source>
        <translation>用示例数据试一试</translation>
    </message>
    <message>
        <source>600 invented customers in a place of their own. Look around; throw them away later.</source>
        <translation>600 家虚构的客户，单独存放。随便看看，以后可以整个丢掉。</translation>
    </message>
    <message>
        <source>Work alone on this laptop</source>
        <translation>在这台电脑上独立使用</translation>
    </message>
    <message>
        <source>Your own customers, encrypted, no server. You can join a company later and lose nothing.</source>
        <translation>管理您自己的客户，数据加密，不需要服务器。以后可以加入公司，什么都不会丢。</translation>
    </message>
    <message>
        <source>Join a company</source>
        <translation>加入公司</translation>
    </message>
    <message>
        <source>Your administrator gave you an invitation, or an address and a code. Open, drop or paste the invitation, or enter the code.</source>
        <translation>管理员给了您一份邀请，或者地址和入网码。邀请可以打开、拖入或粘贴，入网码直接输入。</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>您的姓名</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Open your administrator&apos;s invitation, drop the file here or paste its text: it fills in the rest. An address and a code do as well.</source>
        <translation>打开管理员给的邀请、把文件拖到这里，或粘贴其中的文字，其余会自动填好。也可以输入地址和入网码。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>FormCell</name>
    <message>
        <source>Decide in the inbox</source>
        <translation>到收件箱处理</translation>
    </message>
</context>
<context>
    <name>GatePart</name>
    <message>
        <source>What must be met</source>
        <translation>上线门槛</translation>
    </message>
    <message>
        <source>Signed off</source>
        <translation>已签核</translation>
    </message>
    <message>
        <source>Sign off</source>
        <translation>签核</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>撤销签核</translation>
    </message>
    <message>
        <source>Approve going live</source>
        <translation>批准上线</translation>
    </message>
    <message>
        <source>A drill of going back, in your words</source>
        <translation>回滚演练：写明做了什么</translation>
    </message>
    <message>
        <source>A rehearsal is signed at its import, where its reconciliation is read; an import taken back whole is a drill by itself.</source>
        <translation>全量演练在导入页面看过对账单后签核；完整撤销的一次导入自动算作回滚演练。</translation>
    </message>
    <message>
        <source>Imports</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>met</source>
        <translation>达标</translation>
    </message>
    <message>
        <source>not met</source>
        <translation>未达标</translation>
    </message>
    <message>
        <source>Not yet: %1</source>
        <translation>尚未达标：%1</translation>
    </message>
    <message>
        <source>Going live was approved.</source>
        <translation>已批准上线。</translation>
    </message>
    <message>
        <source>All is met. A manager, director or administrator approves it.</source>
        <translation>全部达标。由经理、总监或管理员批准上线。</translation>
    </message>
    <message>
        <source>All is met.</source>
        <translation>全部达标。</translation>
    </message>
    <message numerus="yes">
        <source>%n customer(s)</source>
        <translation>
            <numerusform>%n 家客户</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n difference(s)</source>
        <translation>
            <numerusform>%n 处差异</numerusform>
        </translation>
    </message>
    <message>
        <source>Signed off: %1</source>
        <translation>已签核：%1</translation>
    </message>
    <message>
        <source>Withdrawn</source>
        <translation>已撤销签核</translation>
    </message>
    <message>
        <source>Going live is approved</source>
        <translation>已批准上线</translation>
    </message>
</context>
<context>
    <name>GoalsPart</name>
    <message>
        <source>Goals</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>No goal is set. From 65 to 90 % complete in three months is a usual one.</source>
        <translation>还没有目标。常见的目标是三个月内完整率从 65 % 提高到 90 %。</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>From</source>
        <translation>从</translation>
    </message>
    <message>
        <source>To</source>
        <translation>到</translation>
    </message>
    <message>
        <source>Months</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>Set goal</source>
        <translation>设定目标</translation>
    </message>
    <message>
        <source>Give up</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>to</source>
        <translation>到</translation>
    </message>
    <message>
        <source>in</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>months</source>
        <translation>个月</translation>
    </message>
    <message>
        <source>now %1 · until %2</source>
        <translation>现在 %1 · 截止 %2</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>还没有统计</translation>
    </message>
    <message>
        <source>on track</source>
        <translation>进度正常</translation>
    </message>
    <message>
        <source>behind</source>
        <translation>落后</translation>
    </message>
    <message>
        <source>reached</source>
        <translation>已达成</translation>
    </message>
    <message>
        <source>missed</source>
        <translation>未达成</translation>
    </message>
    <message>
        <source>Latest</source>
        <translation>最近一次</translation>
    </message>
    <message>
        <source>Expected by now</source>
        <translation>此时应达到</translation>
    </message>
    <message>
        <source>Starts</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Due</source>
        <translation>截止</translation>
    </message>
    <message>
        <source>The goal is set</source>
        <translation>目标已设定</translation>
    </message>
    <message>
        <source>The goal was given up</source>
        <translation>目标已放弃</translation>
    </message>
</context>
<context>
    <name>Gone</name>
    <message>
        <source>Set up anew</source>
        <translation>重新设置</translation>
    </message>
    <message>
        <source>Hand in now</source>
        <translation>立即上交</translation>
    </message>
    <message numerus="yes">
        <source>%n sealed file(s) wait to be handed in</source>
        <translation>
            <numerusform>%n 份封存文件等待上交</numerusform>
        </translation>
    </message>
    <message>
        <source>Company</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Unsent work</source>
        <translation>未发送的内容</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
</context>
<context>
    <name>GrantsPart</name>
    <message>
        <source>Shares and deputies</source>
        <translation>共享与代理</translation>
    </message>
    <message>
        <source>What to list</source>
        <translation>列出什么</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Shares</source>
        <translation>共享</translation>
    </message>
    <message>
        <source>Deputies</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Who gets it</source>
        <translation>被授予人</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Whose</source>
        <translation>属于</translation>
    </message>
    <message>
        <source>May</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>截止</translation>
    </message>
    <message>
        <source>By</source>
        <translation>经办人</translation>
    </message>
    <message>
        <source>End it now</source>
        <translation>立即结束</translation>
    </message>
    <message>
        <source>Person or customer…</source>
        <translation>人员或客户…</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>What is lent, only the server knows.</source>
        <translation>共享与代理情况只有服务器知道。</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>再问一次</translation>
    </message>
    <message>
        <source>Nothing that is lent fits this search.</source>
        <translation>没有符合搜索条件的共享或代理。</translation>
    </message>
    <message>
        <source>Nothing is lent. Customers are shared on their own page; deputies are named by whoever is away.</source>
        <translation>目前没有共享或代理。在客户页面上共享客户；由外出的本人指定代理人。</translation>
    </message>
    <message>
        <source>Customer %1</source>
        <translation>客户%1</translation>
    </message>
    <message>
        <source>Read and change</source>
        <translation>可修改</translation>
    </message>
    <message>
        <source>Read only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>until it is ended</source>
        <translation>直到手动结束</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1至%2</translation>
    </message>
    <message>
        <source>What they may</source>
        <translation>与本人相同</translation>
    </message>
    <message>
        <source>Stands in</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Sees a colleague&apos;s customer for a time.</source>
        <translation>在一段时间内可看到同事的这个客户。</translation>
    </message>
    <message>
        <source>Reads and writes for a colleague who is away what the colleague may.</source>
        <translation>同事外出期间，按同事本人的权限代为查看和填写。</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>%1 no longer sees %2</source>
        <translation>%1不再能看到%2</translation>
    </message>
    <message>
        <source>%1 no longer stands in for %2</source>
        <translation>%1不再代理%2</translation>
    </message>
</context>
<context>
    <name>GroupBar</name>
    <message>
        <source>nobody</source>
        <translation>无人负责</translation>
    </message>
    <message>
        <source>The pool</source>
        <translation>公海</translation>
    </message>
    <message>
        <source>blank</source>
        <translation>未填</translation>
    </message>
</context>
<context>
    <name>GroupEditor</name>
    <message>
        <source>How the conditions count</source>
        <translation>条件如何组合</translation>
    </message>
    <message>
        <source>Condition</source>
        <translation>条件</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>条件组</translation>
    </message>
</context>
<context>
    <name>Handing</name>
    <message>
        <source>Hand over</source>
        <translation>移交</translation>
    </message>
    <message>
        <source>To be handed over to %1</source>
        <translation>待移交给 %1</translation>
    </message>
    <message>
        <source>%1 handed over</source>
        <translation>%1 个已移交</translation>
    </message>
    <message>
        <source>nobody who can take customers is called %1</source>
        <translation>公司里没有可接收客户的 %1</translation>
    </message>
    <message>
        <source>%1 refused: %2</source>
        <translation>%1 个被拒绝：%2</translation>
    </message>
    <message>
        <source> and %1 others</source>
        <translation>，另有 %1 人</translation>
    </message>
    <message>
        <source>Handing over…</source>
        <translation>正在移交…</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>History of fields</source>
        <translation>字段历史</translation>
    </message>
    <message>
        <source>Bring this value back</source>
        <translation>恢复此值</translation>
    </message>
    <message>
        <source>The earlier value is back</source>
        <translation>已恢复之前的值</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>taken back</source>
        <translation>已撤回</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>This is the present value.</source>
        <translation>这是当前的值。</translation>
    </message>
</context>
<context>
    <name>ImportList</name>
    <message>
        <source>Imports so far</source>
        <translation>导入记录</translation>
    </message>
    <message>
        <source>How sources are read</source>
        <translation>记住的读取方式</translation>
    </message>
    <message numerus="yes">
        <source>%n column(s)</source>
        <translation>
            <numerusform>%n 列</numerusform>
        </translation>
    </message>
    <message>
        <source>imported</source>
        <translation>已导入</translation>
    </message>
    <message>
        <source>taken back</source>
        <translation>已撤销</translation>
    </message>
    <message>
        <source>half taken back</source>
        <translation>撤销未完成</translation>
    </message>
    <message>
        <source>not finished</source>
        <translation>未完成</translation>
    </message>
</context>
<context>
    <name>ImportStudio</name>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Drop a table here: CSV, Excel, ODS or address cards. Nothing is written before you have seen what would happen.</source>
        <translation>把表格拖到这里：CSV、Excel、ODS 或名片文件（vCard）。先预演，看过结果后才写入。</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Empty form…</source>
        <translation>空白模板…</translation>
    </message>
    <message>
        <source>Back to the columns</source>
        <translation>返回列对应</translation>
    </message>
    <message>
        <source>Take rows kept out, too…</source>
        <translation>未导入的行也导入…</translation>
    </message>
    <message>
        <source>What can&apos;t be read goes into the remark as it stands; rehearsed again before anything is written</source>
        <translation>无法识别的内容原样记入备注；写入前会再演练一次</translation>
    </message>
    <message>
        <source>Import the first 100</source>
        <translation>先导入 100 行</translation>
    </message>
    <message>
        <source>Import all</source>
        <translation>全部导入</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停下</translation>
    </message>
    <message>
        <source>Take it back</source>
        <translation>撤销导入</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Rows kept out…</source>
        <translation>未导入的行…</translation>
    </message>
    <message>
        <source>Reconciliation…</source>
        <translation>对账单…</translation>
    </message>
    <message>
        <source>Tables (*.csv *.txt *.tsv *.xlsx *.xls *.xlsm *.xlsb *.ods *.et *.vcf);;All files (*)</source>
        <translation>表格 (*.csv *.txt *.tsv *.xlsx *.xls *.xlsm *.xlsb *.ods *.et *.vcf);;所有文件 (*)</translation>
    </message>
    <message>
        <source>One import at a time: wait for it, or stop it.</source>
        <translation>一次只能进行一个导入，请等它完成或先停下。</translation>
    </message>
    <message>
        <source>Rehearsing…</source>
        <translation>正在预演…</translation>
    </message>
    <message>
        <source>Importing…</source>
        <translation>正在导入…</translation>
    </message>
    <message>
        <source>Taking it back…</source>
        <translation>正在撤销…</translation>
    </message>
    <message>
        <source>Imported: %1 new, %2 changed, %3 kept out</source>
        <translation>导入完成：新建 %1，更新 %2，未导入 %3</translation>
    </message>
    <message>
        <source>The import was taken back; %4 records that were changed since stay</source>
        <translation>已撤销导入；之后修改过的 %4 条记录保持不变</translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) handed over since stay with others</source>
        <translation>
            <numerusform>%n 条已移交他人，没有撤销</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 is guessed anew next time</source>
        <translation>「%1」下次重新推断</translation>
    </message>
    <message>
        <source>rows kept out</source>
        <translation>未导入的行</translation>
    </message>
    <message>
        <source>reconciliation</source>
        <translation>对账单</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>保存为文件…</translation>
    </message>
    <message>
        <source>import form</source>
        <translation>导入模板</translation>
    </message>
    <message>
        <source>Saved to %1</source>
        <translation>已保存到 %1</translation>
    </message>
</context>
<context>
    <name>Inbox</name>
    <message>
        <source>you</source>
        <translation>您</translation>
    </message>
    <message>
        <source>%2 deleted %3 while %1 went on editing it.</source>
        <translation>%1还在修改%3的时候，%2把它删除了。</translation>
    </message>
    <message>
        <source>Several people changed “%4” of %3 without seeing each other&apos;s change.</source>
        <translation>几个人都改了%3的「%4」，改的时候没有看到彼此的修改。</translation>
    </message>
    <message>
        <source>%1 changed “%4” of %3 on two devices that had not synced.</source>
        <translation>%1在两台尚未同步的设备上改了%3的「%4」。</translation>
    </message>
    <message>
        <source>%1 and %2 changed “%4” of %3 without seeing each other&apos;s change.</source>
        <translation>%1和%2都改了%3的「%4」，改的时候没有看到对方的修改。</translation>
    </message>
    <message>
        <source>Deleted and edited</source>
        <translation>删除的同时又被修改</translation>
    </message>
    <message>
        <source>Deletion</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Keep it, with what was edited</source>
        <translation>保留，连同修改的内容</translation>
    </message>
    <message>
        <source>Delete it again</source>
        <translation>再次删除</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>负责人</translation>
    </message>
    <message>
        <source>Last visit</source>
        <translation>最近拜访</translation>
    </message>
    <message>
        <source>shown until you decide</source>
        <translation>决定前显示这个</translation>
    </message>
    <message>
        <source>Inbox</source>
        <translation>收件箱</translation>
    </message>
    <message>
        <source>To decide</source>
        <translation>待决定</translation>
    </message>
    <message>
        <source>Nothing to decide. Whatever two people changed at once shows up here.</source>
        <translation>没有需要决定的事。两个人同时改了同一处时，会出现在这里。</translation>
    </message>
    <message>
        <source>To decide  %1</source>
        <translation>待决定  %1</translation>
    </message>
    <message>
        <source>You may decide too  %1</source>
        <translation>您也可以处理  %1</translation>
    </message>
    <message>
        <source>Late work  %1</source>
        <translation>迟到的修改  %1</translation>
    </message>
    <message>
        <source>Answers  %1</source>
        <translation>申请结果  %1</translation>
    </message>
    <message>
        <source>Same name  %1</source>
        <translation>同名客户  %1</translation>
    </message>
    <message numerus="yes">
        <source>%n customer(s) with this name</source>
        <translation>
            <numerusform>%n 家客户叫这个名字</numerusform>
        </translation>
    </message>
    <message>
        <source>No customer</source>
        <translation>没有客户</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Noted</source>
        <translation>知道了</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>已保留</translation>
    </message>
    <message>
        <source>What came late was taken back</source>
        <translation>迟到的修改已撤回</translation>
    </message>
    <message>
        <source>Decided: %1</source>
        <translation>已决定：%1</translation>
    </message>
    <message>
        <source>Late work by %1</source>
        <translation>%1 的迟到修改</translation>
    </message>
    <message>
        <source>%1 wrote this before hearing that the customer is yours; it arrived %2. It is in your records already.</source>
        <translation>%1 写下这些内容时还不知道客户已归您负责，内容于 %2 到达，已并入您的记录。</translation>
    </message>
    <message>
        <source>%1 (before: %2)</source>
        <translation>%1（原为：%2）</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>未成</translation>
    </message>
    <message>
        <source>%1: the server did it.</source>
        <translation>%1：服务器已完成。</translation>
    </message>
    <message>
        <source>You asked to claim it</source>
        <translation>您申请认领</translation>
    </message>
    <message>
        <source>You asked to release it to the pool</source>
        <translation>您申请放入公海</translation>
    </message>
    <message>
        <source>You asked to hand it over</source>
        <translation>您申请移交</translation>
    </message>
</context>
<context>
    <name>InvitationDialog</name>
    <message>
        <source>An invitation for a laptop of %1</source>
        <translation>为%1的电脑生成邀请</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>The file holds the address, what proves the server, and a code that lets one laptop in. Give it to nobody else: whoever opens it first is let in as this person.</source>
        <translation>文件包含服务器地址、服务器身份凭据和一次性入网码。请只交给本人：谁先使用，谁就以此人的身份入网。</translation>
    </message>
    <message>
        <source>Server address</source>
        <translation>服务器地址</translation>
    </message>
    <message>
        <source>Server address, as that laptop reaches it</source>
        <translation>服务器地址（该电脑可访问的）</translation>
    </message>
    <message>
        <source>Good for</source>
        <translation>有效期</translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n 小时</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n pinned certificate(s) go with it.</source>
        <translation>
            <numerusform>附带 %n 个固定证书。</numerusform>
        </translation>
    </message>
    <message>
        <source>No certificate is pinned: what the laptop&apos;s system trusts is enough.</source>
        <translation>未固定证书：以该电脑系统信任的证书为准。</translation>
    </message>
</context>
<context>
    <name>KeepPopup</name>
    <message>
        <source>Keep as a view</source>
        <translation>存为视图</translation>
    </message>
    <message>
        <source>Name of the view</source>
        <translation>视图名称</translation>
    </message>
    <message>
        <source>For everybody in the company</source>
        <translation>供公司所有人使用</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Only you see it, on this laptop: it does not travel to another one.</source>
        <translation>只有您能看到，且只在本机：不会同步到其他电脑。</translation>
    </message>
    <message>
        <source>Everybody sees it after their next sync; each finds in it what they may read.</source>
        <translation>大家在下次同步后都能看到；每个人只会看到自己有权查看的客户。</translation>
    </message>
</context>
<context>
    <name>KeptPane</name>
    <message>
        <source>A file with the same headings is read like this; it can be changed there.</source>
        <translation>表头相同的文件会这样读取；打开文件时可以更改。</translation>
    </message>
    <message>
        <source>Forget it</source>
        <translation>不再记住</translation>
    </message>
    <message>
        <source>Back to the columns</source>
        <translation>返回列对应</translation>
    </message>
    <message>
        <source>(no heading)</source>
        <translation>（无表头）</translation>
    </message>
</context>
<context>
    <name>KeySheet</name>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
</context>
<context>
    <name>ListTools</name>
    <message>
        <source>How the list looks</source>
        <translation>列表外观</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>另存为文件…</translation>
    </message>
    <message>
        <source>Row height</source>
        <translation>行高</translation>
    </message>
    <message>
        <source>Comfortable</source>
        <translation>宽松</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>紧凑</translation>
    </message>
    <message>
        <source>Columns…</source>
        <translation>列…</translation>
    </message>
    <message>
        <source>Count by</source>
        <translation>分组计数</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>不分组</translation>
    </message>
    <message>
        <source>Save what is shown as CSV…</source>
        <translation>将当前列表存为 CSV…</translation>
    </message>
    <message>
        <source>Save what is shown for Excel…</source>
        <translation>将当前列表存为 Excel…</translation>
    </message>
</context>
<context>
    <name>ListViews</name>
    <message>
        <source>Views</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>All customers</source>
        <translation>全部客户</translation>
    </message>
    <message>
        <source>Mine, on this laptop</source>
        <translation>我的，仅在本机</translation>
    </message>
    <message>
        <source>The company&apos;s</source>
        <translation>公司共享</translation>
    </message>
    <message>
        <source>Keep what is shown as a view…</source>
        <translation>将当前内容存为视图…</translation>
    </message>
    <message>
        <source>Change “%1” to what is shown</source>
        <translation>将「%1」改为当前内容</translation>
    </message>
    <message>
        <source>Take “%1” away</source>
        <translation>移除「%1」</translation>
    </message>
    <message>
        <source>Kept as a view</source>
        <translation>已存为视图</translation>
    </message>
    <message>
        <source>Kept as a view, on this laptop</source>
        <translation>已存为视图，仅在本机</translation>
    </message>
    <message>
        <source>The view was changed</source>
        <translation>视图已更改</translation>
    </message>
    <message>
        <source>“%1” was taken away</source>
        <translation>已移除「%1」</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>LockCard</name>
    <message>
        <source>Lock</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Lock the window when nobody is here, so that nobody reads over your shoulder. Ctrl+L does it at once.</source>
        <translation>无人操作时锁定窗口，不让旁人看到。按 Ctrl+L 可立即锁定。</translation>
    </message>
    <message>
        <source>After minutes without input</source>
        <translation>无操作多少分钟后</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 分钟</translation>
    </message>
    <message>
        <source>Change the PIN…</source>
        <translation>更改 PIN…</translation>
    </message>
    <message>
        <source>Set a PIN…</source>
        <translation>设置 PIN…</translation>
    </message>
    <message>
        <source>Your passphrase opens the window again.</source>
        <translation>用您的本机密码重新打开窗口。</translation>
    </message>
    <message>
        <source>A PIN opens the window again.</source>
        <translation>用 PIN 重新打开窗口。</translation>
    </message>
    <message>
        <source>Without a PIN anybody at this laptop can unlock the window.</source>
        <translation>没有 PIN，任何坐在这台电脑前的人都能解锁窗口。</translation>
    </message>
    <message>
        <source>New PIN</source>
        <translation>新 PIN</translation>
    </message>
    <message>
        <source>Present PIN</source>
        <translation>当前 PIN</translation>
    </message>
    <message>
        <source>At least 6 digits or letters. After 10 wrong tries only your company can open the window.</source>
        <translation>至少 6 位数字或字母。输错 10 次后，只有公司能解锁窗口。</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Your PIN is set</source>
        <translation>PIN 已设置</translation>
    </message>
</context>
<context>
    <name>Locked</name>
    <message>
        <source>Connect and unlock</source>
        <translation>连接公司并解锁</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>怎么办</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
</context>
<context>
    <name>LookingBack</name>
    <message>
        <source>crmdesk: %1 as it was</source>
        <translation>crmdesk：过去的 %1</translation>
    </message>
    <message>
        <source>This customer was not noted here yet on that day.</source>
        <translation>那一天这里还没有这个客户。</translation>
    </message>
    <message>
        <source>Earlier change (Alt+Left)</source>
        <translation>更早的变化（Alt+左）</translation>
    </message>
    <message>
        <source>Later change (Alt+Right)</source>
        <translation>更晚的变化（Alt+右）</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Fetch the whole history</source>
        <translation>取回全部历史</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>A day is written like 2026-10-31 or 10-31.</source>
        <translation>日期请写成 2026-10-31 或 10-31。</translation>
    </message>
    <message>
        <source>As it was at the end of this day, from the history on this laptop. Nothing here can be changed.</source>
        <translation>这是当天结束时的资料，依据本机保存的历史。这里不能修改。</translation>
    </message>
    <message>
        <source>Fetching the history…</source>
        <translation>正在取回历史…</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Everywhere</source>
        <translation>任何页面</translation>
    </message>
    <message>
        <source>Find or do anything</source>
        <translation>查找或执行</translation>
    </message>
    <message>
        <source>Log a visit</source>
        <translation>记录拜访</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>Search on this page</source>
        <translation>在本页搜索</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Back to the page before</source>
        <translation>返回上一页</translation>
    </message>
    <message>
        <source>All keys; ? does it too, outside of texts</source>
        <translation>所有快捷键；不在输入文字时按 ? 也行</translation>
    </message>
    <message>
        <source>Close crmdesk</source>
        <translation>关闭 crmdesk</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>前往</translation>
    </message>
</context>
<context>
    <name>MendDialog</name>
    <message>
        <source>Change what was refused</source>
        <translation>修改被拒绝的内容</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Save and send</source>
        <translation>保存并发送</translation>
    </message>
</context>
<context>
    <name>MyPermissions</name>
    <message>
        <source>My permissions</source>
        <translation>我的权限</translation>
    </message>
    <message>
        <source>Whose permissions</source>
        <translation>谁的权限</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>我的</translation>
    </message>
    <message>
        <source>Everybody</source>
        <translation>全员</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>再问一次</translation>
    </message>
    <message>
        <source>This is right: confirm</source>
        <translation>核对无误，确认</translation>
    </message>
    <message>
        <source>You work alone: everything here is yours to see and change.</source>
        <translation>您在单独使用：这里的全部内容都由您查看和修改。</translation>
    </message>
    <message>
        <source>You confirmed this list on %1.</source>
        <translation>您已于%1确认这份权限。</translation>
    </message>
    <message>
        <source>You confirmed an earlier list on %1. Your permissions have changed since.</source>
        <translation>您已于%1确认过权限，之后有变化，请重新核对。</translation>
    </message>
    <message>
        <source>You have not confirmed this list yet. If something is wrong, tell your administrator.</source>
        <translation>您还没有确认这份权限。如有不符，请告诉管理员。</translation>
    </message>
    <message>
        <source>Digest %1</source>
        <translation>摘要%1</translation>
    </message>
    <message>
        <source>Confirmed. Thank you.</source>
        <translation>已确认，谢谢。</translation>
    </message>
</context>
<context>
    <name>NameDialog</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
</context>
<context>
    <name>NavRail</name>
    <message>
        <source>Navigation</source>
        <translation>导航</translation>
    </message>
</context>
<context>
    <name>NewCustomer</name>
    <message>
        <source>New customer</source>
        <translation>新建客户</translation>
    </message>
</context>
<context>
    <name>NewPerson</name>
    <message>
        <source>New person</source>
        <translation>新增人员</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>Give me a code for the first laptop at once</source>
        <translation>同时生成第一台电脑的入网码</translation>
    </message>
</context>
<context>
    <name>NewTeam</name>
    <message>
        <source>New team</source>
        <translation>新增团队</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>No other team</source>
        <translation>没有上级</translation>
    </message>
    <message>
        <source>Part of</source>
        <translation>上级团队</translation>
    </message>
</context>
<context>
    <name>News</name>
    <message>
        <source>Open the customer</source>
        <translation>打开客户</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
</context>
<context>
    <name>OrphansPart</name>
    <message>
        <source>Orphans</source>
        <translation>孤立记录</translation>
    </message>
    <message>
        <source>Nothing hangs on nobody, and everybody can be reached.</source>
        <translation>没有孤立的记录，每位联系人都联系得上。</translation>
    </message>
    <message>
        <source>No way to reach them</source>
        <translation>没有任何联系方式</translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) without a customer</source>
        <translation>
            <numerusform>%n 条记录没有客户</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n person(s) out of reach</source>
        <translation>
            <numerusform>%n 位联系人联系不上</numerusform>
        </translation>
    </message>
    <message>
        <source>orphans</source>
        <translation>孤立记录</translation>
    </message>
</context>
<context>
    <name>OutcomePane</name>
    <message>
        <source>New</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>Kept out</source>
        <translation>未导入</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Look-alikes</source>
        <translation>疑似重复</translation>
    </message>
    <message>
        <source>Look at them…</source>
        <translation>逐对查看…</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>%1 rows so far</source>
        <translation>已读 %1 行</translation>
    </message>
    <message>
        <source>%1 rows · blank key fields %2 % · rows with errors %3 % · duplicate rows %4 % · %5 s</source>
        <translation>共 %1 行 · 关键字段缺失 %2 % · 有错误的行 %3 % · 重复的行 %4 % · 用时 %5 秒</translation>
    </message>
    <message>
        <source>Every row came in.</source>
        <translation>每一行都已导入。</translation>
    </message>
    <message>
        <source>No row was kept out.</source>
        <translation>没有未导入的行。</translation>
    </message>
    <message>
        <source>All not imported</source>
        <translation>全部未导入的行</translation>
    </message>
    <message>
        <source>%1 of %2 rows are listed here.</source>
        <translation>此处列出 %1 行，共 %2 行。</translation>
    </message>
    <message>
        <source>%1 of %2 rows are listed here; the workbook of rows kept out has them all.</source>
        <translation>此处列出 %1 行，共 %2 行；「未导入的行」工作簿中有全部。</translation>
    </message>
</context>
<context>
    <name>OverviewPart</name>
    <message>
        <source>Counted by</source>
        <translation>统计口径</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>分组</translation>
    </message>
    <message>
        <source>Key fields and contradictions</source>
        <translation>关键字段与矛盾</translation>
    </message>
    <message>
        <source>There are no customers here to measure yet.</source>
        <translation>这里还没有可统计的客户。</translation>
    </message>
    <message>
        <source>Enter opens what was counted</source>
        <translation>按 Enter 打开所统计的客户</translation>
    </message>
    <message>
        <source>Judge every value</source>
        <translation>逐个核对取值</translation>
    </message>
    <message>
        <source>Spreadsheet…</source>
        <translation>导出表格…</translation>
    </message>
    <message>
        <source>wrong; %1 to %2 %</source>
        <translation>有误；%1 至 %2 %</translation>
    </message>
    <message>
        <source>no sample yet</source>
        <translation>还没有抽样</translation>
    </message>
    <message>
        <source>%1 in doubt</source>
        <translation>%1 存疑</translation>
    </message>
    <message>
        <source>blank; %1 at most</source>
        <translation>缺失；上限 %1</translation>
    </message>
    <message>
        <source>double; %1 at most</source>
        <translation>重复；上限 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n customer(s)</source>
        <translation>
            <numerusform>%n 家客户</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 · %2 double · %3 contradictory</source>
        <translation>%1 家 · 重复 %2 · 矛盾 %3</translation>
    </message>
    <message>
        <source>Key fields</source>
        <translation>关键字段</translation>
    </message>
    <message>
        <source>Contradictions</source>
        <translation>自相矛盾</translation>
    </message>
    <message>
        <source>Values in doubt</source>
        <translation>存疑的值</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>quality</source>
        <translation>数据质量</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>Inbox</source>
        <translation>收件箱</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审阅</translation>
    </message>
    <message>
        <source>Company</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>Audit</source>
        <translation>审计</translation>
    </message>
    <message>
        <source>Administration</source>
        <translation>管理</translation>
    </message>
    <message>
        <source>My permissions</source>
        <translation>我的权限</translation>
    </message>
    <message>
        <source>Duplicates</source>
        <translation>重复客户</translation>
    </message>
    <message>
        <source>Done in bulk</source>
        <translation>批量操作</translation>
    </message>
    <message>
        <source>Data dictionary</source>
        <translation>数据字典</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>数据质量</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>PairView</name>
    <message>
        <source>What both say</source>
        <translation>两边一致</translation>
    </message>
</context>
<context>
    <name>PartEditor</name>
    <message>
        <source>… below: %1</source>
        <translation>下级：%1</translation>
    </message>
    <message>
        <source>What it is about</source>
        <translation>关于什么</translation>
    </message>
    <message>
        <source>What is asked</source>
        <translation>怎样判断</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>there is one</source>
        <translation>有</translation>
    </message>
    <message>
        <source>there is none</source>
        <translation>没有</translation>
    </message>
</context>
<context>
    <name>PassphraseFields</name>
    <message>
        <source>This system has no keychain, so a passphrase protects the data on this laptop. You will be asked for it at each start. Nobody can recover it: write it down.</source>
        <translation>这个系统没有钥匙串，所以用本机密码保护这台电脑上的数据。每次启动都会询问。本机密码无法找回，请把它记下来。</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>本机密码</translation>
    </message>
    <message>
        <source>Passphrase again</source>
        <translation>再输入一次本机密码</translation>
    </message>
    <message numerus="yes">
        <source>Use at least %n character(s).</source>
        <translation>
            <numerusform>至少要 %n 个字符。</numerusform>
        </translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>两次输入的不一样。</translation>
    </message>
</context>
<context>
    <name>PasswordCard</name>
    <message>
        <source>Password</source>
        <translation>登录密码</translation>
    </message>
    <message>
        <source>With it you sign in on a new laptop, and confirm what is dangerous. Your other laptops have to sign in again after a change.</source>
        <translation>用它在新电脑上登录，并确认重要操作。更改后，您的其他设备需要重新登录。</translation>
    </message>
    <message>
        <source>Choose a password…</source>
        <translation>设置登录密码…</translation>
    </message>
    <message>
        <source>Old password (empty if you have none)</source>
        <translation>旧的登录密码（没有则留空）</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>新的登录密码</translation>
    </message>
    <message>
        <source>At least 8 characters; not a common password, and no name.</source>
        <translation>至少 8 个字符；不要太常见，也不要用名字。</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Your password is set</source>
        <translation>登录密码已设置</translation>
    </message>
</context>
<context>
    <name>PasswordDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>PauseCard</name>
    <message>
        <source>Sync is paused</source>
        <translation>同步已暂停</translation>
    </message>
    <message>
        <source>Sync is paused: is this meant?</source>
        <translation>同步已暂停：这是有意的吗？</translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation>全部保留</translation>
    </message>
    <message>
        <source>Let it go</source>
        <translation>同意移除</translation>
    </message>
    <message>
        <source>The server wants to remove %1 of the %2 records here and gives no reason. Nothing was removed, and an encrypted copy was kept. “Keep everything” restores them for your colleagues too.</source>
        <translation>服务器要移除本机 %2 条记录中的 %1 条，却没有说明原因。目前没有移除任何记录，并已另存一份加密备份。选择「全部保留」会为同事们一并恢复。</translation>
    </message>
</context>
<context>
    <name>PeoplePart</name>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>New person</source>
        <translation>新增人员</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>Laptops</source>
        <translation>电脑</translation>
    </message>
    <message>
        <source>Up to date</source>
        <translation>最近同步</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Transfer…</source>
        <translation>调岗…</translation>
    </message>
    <message>
        <source>Promote…</source>
        <translation>晋升…</translation>
    </message>
    <message>
        <source>Leaves…</source>
        <translation>离职…</translation>
    </message>
    <message>
        <source>Code for a laptop</source>
        <translation>电脑入网码</translation>
    </message>
    <message>
        <source>Invitation file…</source>
        <translation>邀请文件…</translation>
    </message>
    <message>
        <source>Reset password</source>
        <translation>重设登录密码</translation>
    </message>
    <message>
        <source>Work</source>
        <translation>工作</translation>
    </message>
    <message>
        <source>Drills, with a preview</source>
        <translation>变动（可预览）</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Name, role or team…</source>
        <translation>姓名、角色或团队…</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Nobody is called that, or has that role or team.</source>
        <translation>没有这样的姓名、角色或团队。</translation>
    </message>
    <message>
        <source>Nobody is here yet.</source>
        <translation>还没有人员。</translation>
    </message>
    <message>
        <source>Has left</source>
        <translation>已离职</translation>
    </message>
    <message>
        <source>A laptop waits</source>
        <translation>有电脑待批准</translation>
    </message>
    <message>
        <source>No laptop yet</source>
        <translation>尚无电脑</translation>
    </message>
    <message>
        <source>Works here</source>
        <translation>在职</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从未</translation>
    </message>
    <message>
        <source>never up to date</source>
        <translation>从未同步</translation>
    </message>
    <message>
        <source>This is you: your own role, team and access are changed by another administrator.</source>
        <translation>这是您自己：您的角色、团队和登录由另一位管理员修改。</translation>
    </message>
    <message>
        <source>Hand over…</source>
        <translation>移交…</translation>
    </message>
    <message>
        <source>No team</source>
        <translation>不属于任何团队</translation>
    </message>
    <message>
        <source>%1: %2 from now on</source>
        <translation>%1 从现在起：%2</translation>
    </message>
    <message>
        <source>The invitation for %1 is in %2, good once until %3</source>
        <translation>%1的邀请已保存到%2，%3前有效，只能使用一次</translation>
    </message>
    <message>
        <source>%1 enters this on the new laptop, under “Join a company”.</source>
        <translation>由 %1 在新电脑上“加入公司”处输入。</translation>
    </message>
    <message>
        <source>Take away the password of %1?</source>
        <translation>取消 %1 的登录密码吗？</translation>
    </message>
    <message>
        <source>Take it away</source>
        <translation>取消登录密码</translation>
    </message>
    <message>
        <source>The old password is good no longer. The person chooses a new one with the code that you get here; only then does everything else that is signed in end.</source>
        <translation>旧的登录密码不再有效。本人用这里生成的码设置新的登录密码；此时其他已登录的设备才会退出。</translation>
    </message>
    <message>
        <source>%1 chooses a new password with it: on the Sync page, under “I have a code”.</source>
        <translation>由 %1 在“同步”页的“我有重设码”处用它设置新的登录密码。</translation>
    </message>
    <message>
        <source>%1 works here now</source>
        <translation>%1 已加入</translation>
    </message>
</context>
<context>
    <name>PersonPicker</name>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Colleagues</source>
        <translation>同事</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>Preview</name>
    <message>
        <source>Back to the files (Esc)</source>
        <translation>返回附件 (Esc)</translation>
    </message>
    <message>
        <source>Page before (PgUp)</source>
        <translation>上一页（PgUp）</translation>
    </message>
    <message>
        <source>Next page (PgDown)</source>
        <translation>下一页（PgDown）</translation>
    </message>
    <message>
        <source>Open with another program</source>
        <translation>用其他程序打开</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
</context>
<context>
    <name>Quality</name>
    <message>
        <source>Quality</source>
        <translation>数据质量</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>重新统计</translation>
    </message>
    <message>
        <source>Rates</source>
        <translation>比率</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>抽样</translation>
    </message>
    <message>
        <source>Going live</source>
        <translation>上线门槛</translation>
    </message>
    <message>
        <source>Orphans</source>
        <translation>孤立记录</translation>
    </message>
    <message>
        <source>Coaching</source>
        <translation>录入辅导</translation>
    </message>
    <message>
        <source>Goals</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>Part of quality</source>
        <translation>数据质量的部分</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>正在统计…</translation>
    </message>
</context>
<context>
    <name>QualityPart</name>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
    <message>
        <source>Saved to %1</source>
        <translation>已保存到 %1</translation>
    </message>
</context>
<context>
    <name>RecordForm</name>
    <message>
        <source>Saved on this laptop</source>
        <translation>已保存在本机</translation>
    </message>
    <message>
        <source>This record left this laptop meanwhile. What you typed is untouched: save it, and the server passes it on to whoever is responsible now, or keeps it for the administrator.</source>
        <translation>这条记录此时已离开本机。您填写的内容未受影响：保存后，服务器会转给现在负责的人，或留给管理员处理。</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃修改</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Your draft, not saved yet</source>
        <translation>上次的草稿，尚未保存</translation>
    </message>
    <message>
        <source>Two values: %1</source>
        <translation>两个值：%1</translation>
    </message>
    <message>
        <source>Changed meanwhile by %1: %2. What you typed is untouched.</source>
        <translation>其间 %1 修改了：%2。您正在输入的内容未受影响。</translation>
    </message>
    <message>
        <source>Not saved yet</source>
        <translation>尚未保存</translation>
    </message>
</context>
<context>
    <name>RemarkField</name>
    <message>
        <source>A remark for the rep… Enter saves it as reviewed</source>
        <translation>写给销售专员的批注…… 回车保存为已阅</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>批注</translation>
    </message>
</context>
<context>
    <name>Review</name>
    <message>
        <source>Review</source>
        <translation>审阅</translation>
    </message>
    <message>
        <source>Visits to review</source>
        <translation>待审阅的拜访</translation>
    </message>
    <message>
        <source>Every visit has been reviewed.</source>
        <translation>所有拜访都已审阅。</translation>
    </message>
    <message>
        <source>Remark</source>
        <translation>批注</translation>
    </message>
    <message>
        <source>Open the customer</source>
        <translation>打开客户</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一个</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>上一个</translation>
    </message>
    <message>
        <source>Flag</source>
        <translation>标记跟进</translation>
    </message>
    <message>
        <source>Reviewed</source>
        <translation>已阅</translation>
    </message>
    <message numerus="yes">
        <source>The %n oldest; more follow</source>
        <translation>
            <numerusform>最早的 %n 次；后面还有</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 reviewed</source>
        <translation>已阅 %1 / %2</translation>
    </message>
    <message>
        <source>Reviewed: %1</source>
        <translation>已阅：%1</translation>
    </message>
    <message>
        <source>Flagged: %1</source>
        <translation>已标记跟进：%1</translation>
    </message>
</context>
<context>
    <name>RolesPart</name>
    <message>
        <source>Roles</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>The people behind a customer</source>
        <translation>客户的联系人</translation>
    </message>
    <message>
        <source>Names, phones, mails and all else of contacts</source>
        <translation>联系人的姓名、电话、邮箱及其他全部内容</translation>
    </message>
    <message>
        <source>Copy…</source>
        <translation>复制…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>改名…</translation>
    </message>
    <message>
        <source>As it was</source>
        <translation>还原</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>May read</source>
        <translation>可查看</translation>
    </message>
    <message>
        <source>What the role may write</source>
        <translation>角色可以填写的内容</translation>
    </message>
    <message>
        <source>May write</source>
        <translation>可以填写</translation>
    </message>
    <message>
        <source>Compared with what it is a copy of</source>
        <translation>与原角色的差别</translation>
    </message>
    <message>
        <source>Field or kind of record…</source>
        <translation>字段或记录类型…</translation>
    </message>
    <message>
        <source>They come with the product</source>
        <translation>产品自带</translation>
    </message>
    <message>
        <source>The company&apos;s own</source>
        <translation>公司自定义</translation>
    </message>
    <message numerus="yes">
        <source>%n person(s)</source>
        <translation>
            <numerusform>%n 人</numerusform>
        </translation>
    </message>
    <message>
        <source>Copy of %1</source>
        <translation>复制自 %1</translation>
    </message>
    <message>
        <source>Writes in their own book, and in those of a team that shares its books.</source>
        <translation>可修改自己的客户，以及共享客户簿的团队中的客户。</translation>
    </message>
    <message>
        <source>Writes in the books of their team and of those below it, and in the pool.</source>
        <translation>可修改本团队和下级团队的客户，以及公海。</translation>
    </message>
    <message>
        <source>Reads the books of their team and of those below it, and writes none of them.</source>
        <translation>可查看本团队和下级团队的客户，但不能修改。</translation>
    </message>
    <message>
        <source>Reads, and writes nothing at all.</source>
        <translation>只能查看，不能填写任何内容。</translation>
    </message>
    <message>
        <source>Looks after people and settings; reads their own customers, and those of a team that shares its books.</source>
        <translation>管理人员和设置；只能看自己的客户，以及本团队共享的客户。</translation>
    </message>
    <message>
        <source>It comes with the product and stays as it is; a copy can do less.</source>
        <translation>产品自带，不可更改；可复制后收紧。</translation>
    </message>
    <message>
        <source>hidden, and not written either</source>
        <translation>不可查看，也不可填写</translation>
    </message>
    <message>
        <source>withheld</source>
        <translation>不可填写</translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) withheld</source>
        <translation>
            <numerusform>%n 个字段不可填写</numerusform>
        </translation>
    </message>
    <message>
        <source>Who has it: %1</source>
        <translation>担任者：%1</translation>
    </message>
    <message numerus="yes">
        <source>Saving changes this at once for %n person(s).</source>
        <translation>
            <numerusform>保存后立即对 %n 人生效。</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing to save.</source>
        <translation>没有要保存的内容。</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>无人</translation>
    </message>
    <message>
        <source>%1 is saved</source>
        <translation>%1 已保存</translation>
    </message>
    <message>
        <source>%1 is saved; it holds at once for %2</source>
        <translation>%1 已保存，立即对 %2 生效</translation>
    </message>
    <message>
        <source>Another name for %1</source>
        <translation>为 %1 改名</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>改名</translation>
    </message>
    <message>
        <source>%1 is called %2 now</source>
        <translation>%1 已改名为 %2</translation>
    </message>
    <message>
        <source>A copy of %1, which you then tighten</source>
        <translation>复制 %1，然后收紧</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>The role %1 is there now; nobody has it yet</source>
        <translation>已新增角色 %1，尚无人担任</translation>
    </message>
</context>
<context>
    <name>RowTable</name>
    <message>
        <source>Columns of %1</source>
        <translation>%1的列</translation>
    </message>
</context>
<context>
    <name>SamplePart</name>
    <message>
        <source>Only a person can tell whether a number or an address is the right one. Draw customers at random, look at each, and say right or wrong; the share of wrong ones tells how accurate all of them are.</source>
        <translation>电话、地址对不对，只有人能判断。随机抽取客户，逐家核对，判定正确或有误；有误的比例就说明全部客户的准确程度。</translation>
    </message>
    <message>
        <source>Size of the sample</source>
        <translation>抽样数量</translation>
    </message>
    <message>
        <source>Draw a sample</source>
        <translation>抽取样本</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户数</translation>
    </message>
    <message>
        <source>Samples checked before</source>
        <translation>以往的抽样</translation>
    </message>
    <message>
        <source>The sample</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Which field is wrong?</source>
        <translation>哪个字段有误？</translation>
    </message>
    <message>
        <source>Which field is wrong? Its digit, or Enter</source>
        <translation>哪个字段有误？按对应数字或 Enter</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Throw away</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>跳过</translation>
    </message>
    <message>
        <source>Wrong</source>
        <translation>有误</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>正确</translation>
    </message>
    <message>
        <source>What was wrong</source>
        <translation>有误的字段</translation>
    </message>
    <message>
        <source>Sign off the result</source>
        <translation>签核结果</translation>
    </message>
    <message>
        <source>%1 of %2 wrong: %3</source>
        <translation>%2 家中 %1 家有误：%3</translation>
    </message>
    <message>
        <source>seed %1</source>
        <translation>种子 %1</translation>
    </message>
    <message>
        <source>Were 10 % wrong, this many would tell it as %1 to %2 % with %3 certainty (Wilson).</source>
        <translation>假如有 10 % 有误，这么多样本能以 %3 的把握判断在 %1 至 %2 % 之间（Wilson 区间）。</translation>
    </message>
    <message>
        <source>%1 of %2 looked at</source>
        <translation>已核对 %1 / %2</translation>
    </message>
    <message>
        <source>This customer is no longer on this laptop: skip it.</source>
        <translation>这家客户已不在本机，请跳过。</translation>
    </message>
    <message>
        <source>%1 of %2 customers were wrong. Of all %3 it is %4 to %5 %, with %6 certainty (Wilson 1927).</source>
        <translation>核对 %2 家，%1 家有误。以 %6 的把握推断，全部 %3 家的错误率在 %4 至 %5 % 之间（Wilson 1927）。</translation>
    </message>
    <message>
        <source>A manager, director or administrator signs results off.</source>
        <translation>结果由经理、总监或管理员签核。</translation>
    </message>
    <message>
        <source>The whole</source>
        <translation>整条记录</translation>
    </message>
    <message>
        <source>There are no customers here to look at.</source>
        <translation>这里没有可核对的客户。</translation>
    </message>
    <message>
        <source>The sample was thrown away</source>
        <translation>样本已丢弃</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>The result is signed off</source>
        <translation>结果已签核</translation>
    </message>
</context>
<context>
    <name>Seeing</name>
    <message>
        <source>Fetching what %1 sees…</source>
        <translation>正在取得%1所见的内容…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>crmdesk: what %1 sees</source>
        <translation>crmdesk：%1所见的内容</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Language and looks</source>
        <translation>语言与外观</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行高</translation>
    </message>
    <message>
        <source>Comfortable</source>
        <translation>宽松</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>紧凑</translation>
    </message>
    <message>
        <source>Quick phrases</source>
        <translation>常用短语</translation>
    </message>
    <message>
        <source>One a line. In a visit note, /1 to /9 put them in.</source>
        <translation>每行一句。写拜访记录时，用 /1 到 /9 插入。</translation>
    </message>
    <message>
        <source>My permissions</source>
        <translation>我的权限</translation>
    </message>
    <message>
        <source>What you may see and do here, in words; check it and confirm it.</source>
        <translation>您可以查看和操作的内容，逐条列出，供您核对和确认。</translation>
    </message>
    <message>
        <source>Look at them</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Data dictionary</source>
        <translation>数据字典</translation>
    </message>
    <message>
        <source>What every field is called, what may stand there, and what other tables call it.</source>
        <translation>每个字段叫什么、可以填什么、在其他表格里叫什么。</translation>
    </message>
    <message>
        <source>Look it up</source>
        <translation>查看字典</translation>
    </message>
    <message>
        <source>Data quality</source>
        <translation>数据质量</translation>
    </message>
    <message>
        <source>What is blank, wrong or double, and what going live needs.</source>
        <translation>哪里缺、哪里错、哪里重复，以及上线还差什么。</translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Data on this laptop</source>
        <translation>本机数据</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Done in bulk</source>
        <translation>批量操作</translation>
    </message>
    <message>
        <source>Import a table</source>
        <translation>导入表格</translation>
    </message>
    <message>
        <source>Look at sample data</source>
        <translation>看看示例数据</translation>
    </message>
    <message>
        <source>About crmdesk</source>
        <translation>关于 crmdesk</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>使用者</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Encryption</source>
        <translation>加密</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>SQLCipher; a passphrase opens it</source>
        <translation>SQLCipher，用本机密码打开</translation>
    </message>
    <message>
        <source>SQLCipher</source>
        <translation>SQLCipher</translation>
    </message>
    <message>
        <source>SQLCipher; the key is in the system&apos;s keychain</source>
        <translation>SQLCipher，密钥在系统钥匙串中</translation>
    </message>
</context>
<context>
    <name>ShareChips</name>
    <message>
        <source>%1, press to end it</source>
        <translation>%1，按下即结束</translation>
    </message>
</context>
<context>
    <name>ShareDialog</name>
    <message>
        <source>They may</source>
        <translation>对方可以</translation>
    </message>
    <message>
        <source>read only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>read and change</source>
        <translation>可修改</translation>
    </message>
    <message>
        <source>Until</source>
        <translation>期限</translation>
    </message>
    <message>
        <source>end of today</source>
        <translation>今天内</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 天</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 天</translation>
    </message>
    <message>
        <source>a date</source>
        <translation>指定日期</translation>
    </message>
    <message>
        <source>without end</source>
        <translation>不限期</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>最后一天</translation>
    </message>
</context>
<context>
    <name>Sharing</name>
    <message>
        <source>Who may see %1, with all visits, tasks and contacts?</source>
        <translation>把%1连同拜访、任务和联系人共享给谁？</translation>
    </message>
    <message>
        <source>Share</source>
        <translation>共享</translation>
    </message>
    <message>
        <source>Who takes over %1, with all visits, tasks and contacts?</source>
        <translation>由谁接手%1，连同全部拜访、任务和联系人？</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>移交</translation>
    </message>
    <message>
        <source>Who sees and does meanwhile what you may? Everything they do carries their own name.</source>
        <translation>其间由谁代您查看和处理？对方所做的一切都以其本人的名义记录。</translation>
    </message>
    <message>
        <source>Set the stand-in</source>
        <translation>设为代理人</translation>
    </message>
</context>
<context>
    <name>SignInAgain</name>
    <message>
        <source>Sign in…</source>
        <translation>登录…</translation>
    </message>
    <message>
        <source>I have a code</source>
        <translation>我有重设码</translation>
    </message>
    <message>
        <source>Give your password. What you typed meanwhile is safe and is sent then.</source>
        <translation>请输入登录密码。这期间录入的内容都在本机，登录后会发送。</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>登录密码</translation>
    </message>
    <message>
        <source>Give your administrator&apos;s code, and a new password.</source>
        <translation>请输入管理员给的重设码，并设置新的登录密码。</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>重设码</translation>
    </message>
    <message>
        <source>New password</source>
        <translation>新的登录密码</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
</context>
<context>
    <name>Signs</name>
    <message>
        <source>Account closed</source>
        <translation>账号已停用</translation>
    </message>
    <message>
        <source>Sync is paused</source>
        <translation>同步已暂停</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) refused</source>
        <translation>
            <numerusform>%n 处修改被拒绝</numerusform>
        </translation>
    </message>
    <message>
        <source>Sync has stopped</source>
        <translation>同步已停止</translation>
    </message>
</context>
<context>
    <name>Story</name>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
    <message>
        <source>Nothing has happened yet. F6 logs the first visit.</source>
        <translation>还没有任何记录。按 F6 记录第一次拜访。</translation>
    </message>
</context>
<context>
    <name>Surprises</name>
    <message>
        <source>Something unexpected happened.</source>
        <translation>发生了意外情况。</translation>
    </message>
    <message>
        <source>What you saved is safe. The details are in the log; please tell your administrator.</source>
        <translation>您保存的内容都在。详情已写入日志，请告知管理员。</translation>
    </message>
</context>
<context>
    <name>SyncCentre</name>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Waiting to be sent</source>
        <translation>等待发送</translation>
    </message>
    <message>
        <source>Refused by the server</source>
        <translation>被服务器拒绝</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>重新发送</translation>
    </message>
    <message>
        <source>Save as a file…</source>
        <translation>另存为文件…</translation>
    </message>
    <message>
        <source>Change it…</source>
        <translation>修改…</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>作废</translation>
    </message>
    <message>
        <source>Connect to a company</source>
        <translation>连接公司</translation>
    </message>
    <message>
        <source>Your administrator gives you an invitation: open the file, drop it here or paste its text. An address and a code do as well. Everything on this laptop comes along.</source>
        <translation>管理员会给您一份邀请：打开文件、拖到这里，或粘贴其中的文字。也可以输入地址和入网码。本机的全部内容会一并带上。</translation>
    </message>
    <message>
        <source>This laptop</source>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>What is kept here</source>
        <translation>本机保存的内容</translation>
    </message>
    <message>
        <source>Compare with the server</source>
        <translation>与服务器比对</translation>
    </message>
    <message>
        <source>Hold everything here against the server, record by record. Unsent work stays as it is.</source>
        <translation>把本机的全部记录与服务器逐条比对。未发送的内容保持不变。</translation>
    </message>
    <message>
        <source>Your customers are here; the rest is still coming.</source>
        <translation>您的客户已经到了，其余的还在接收。</translation>
    </message>
    <message>
        <source>Begin the day</source>
        <translation>开始工作</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s)</source>
        <translation>
            <numerusform>%n 处修改</numerusform>
        </translation>
    </message>
    <message>
        <source>up to date</source>
        <translation>已是最新</translation>
    </message>
    <message>
        <source>still coming</source>
        <translation>正在接收</translation>
    </message>
    <message numerus="yes">
        <source>%n record(s)</source>
        <translation>
            <numerusform>%n 条记录</numerusform>
        </translation>
    </message>
    <message>
        <source>My customers</source>
        <translation>我的客户</translation>
    </message>
    <message>
        <source>People, teams, tags</source>
        <translation>人员、团队、标签</translation>
    </message>
    <message>
        <source>The pool</source>
        <translation>公海</translation>
    </message>
    <message>
        <source>Customers of %1</source>
        <translation>%1的客户</translation>
    </message>
    <message>
        <source>My customers that I share</source>
        <translation>我共享出去的客户</translation>
    </message>
    <message>
        <source>Other records</source>
        <translation>其他记录</translation>
    </message>
    <message>
        <source>Shared customers of %1</source>
        <translation>%1 共享的客户</translation>
    </message>
    <message>
        <source>Company</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>none, working alone</source>
        <translation>无，独立使用</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>使用者</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Records here</source>
        <translation>本机记录</translation>
    </message>
    <message>
        <source>Audit</source>
        <translation>审计</translation>
    </message>
    <message>
        <source>Files here</source>
        <translation>本机附件</translation>
    </message>
    <message>
        <source>Files to send</source>
        <translation>待上传附件</translation>
    </message>
    <message>
        <source>Files to fetch</source>
        <translation>待下载附件</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>附件</translation>
    </message>
    <message numerus="yes">
        <source>Compared with the server: %n record(s) differed and are equal again.</source>
        <translation>
            <numerusform>已与服务器比对：有 %n 条不同，现已一致。</numerusform>
        </translation>
    </message>
    <message>
        <source>Compared with the server: nothing differs.</source>
        <translation>已与服务器比对：完全一致。</translation>
    </message>
    <message>
        <source>Syncing…</source>
        <translation>正在同步…</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) sent</source>
        <translation>
            <numerusform>已发送 %n 处修改</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) received</source>
        <translation>
            <numerusform>已接收 %n 条记录</numerusform>
        </translation>
    </message>
    <message>
        <source>Removing what left this laptop</source>
        <translation>正在清除已移走的内容</translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) made searchable</source>
        <translation>
            <numerusform>已可搜索 %n 条记录</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Sending files: %n done</source>
        <translation>
            <numerusform>正在上传附件：已完成 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Receiving files: %n done</source>
        <translation>
            <numerusform>正在下载附件：已完成 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>Comparing with the server</source>
        <translation>正在与服务器比对</translation>
    </message>
    <message>
        <source>Working alone</source>
        <translation>独立使用</translation>
    </message>
    <message>
        <source>Everything is on this laptop, encrypted.</source>
        <translation>全部内容都在本机，并已加密。</translation>
    </message>
    <message>
        <source>Sync is paused</source>
        <translation>同步已暂停</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) need you</source>
        <translation>
            <numerusform>%n 处修改需要您处理</numerusform>
        </translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>Sync has stopped</source>
        <translation>同步已停止</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) unsent, safe on this laptop.</source>
        <translation>
            <numerusform>%n 处修改未发送，安全地保存在本机。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) unsent</source>
        <translation>
            <numerusform>%n 处修改未发送</numerusform>
        </translation>
    </message>
    <message>
        <source>Everything is synced</source>
        <translation>全部已同步</translation>
    </message>
    <message>
        <source>Not synced yet.</source>
        <translation>还没有同步过。</translation>
    </message>
    <message>
        <source>Last synced %1.</source>
        <translation>上次同步：%1。</translation>
    </message>
    <message>
        <source>Sent %1, received %2.</source>
        <translation>发送 %1 处，接收 %2 条。</translation>
    </message>
    <message>
        <source>Discarded. The record is as the server has it; what you wrote is kept below for 30 days.</source>
        <translation>已作废，记录与服务器一致；您写的内容在下方保留 30 天。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Changed; it travels with the next sync.</source>
        <translation>已修改，将随下次同步发送。</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) will be sent again</source>
        <translation>
            <numerusform>%n 处修改将重新发送</numerusform>
        </translation>
    </message>
    <message>
        <source>Save refused changes</source>
        <translation>保存被拒绝的修改</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) saved to %1</source>
        <translation>
            <numerusform>已将 %n 处修改保存到 %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Connected to %1. Everything here is on its way.</source>
        <translation>已连接到%1，本机内容正在发送。</translation>
    </message>
</context>
<context>
    <name>SyncSign</name>
    <message numerus="yes">
        <source>%n unsent</source>
        <translation>
            <numerusform>%n 条未发送</numerusform>
        </translation>
    </message>
    <message>
        <source>Not synced yet</source>
        <translation>尚未同步</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时同步</translation>
    </message>
    <message>
        <source>Synced</source>
        <translation>已同步</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>离线</translation>
    </message>
    <message>
        <source>On this laptop</source>
        <translation>仅在本机</translation>
    </message>
</context>
<context>
    <name>Syncing</name>
    <message numerus="yes">
        <source>%n change(s) reached whoever has the customer now</source>
        <translation>
            <numerusform>%n 处修改已送达客户的现负责人</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TagChip</name>
    <message>
        <source>Tag %1, press to remove</source>
        <translation>标签 %1，按下可移除</translation>
    </message>
</context>
<context>
    <name>TagField</name>
    <message>
        <source>Add tag…</source>
        <translation>添加标签…</translation>
    </message>
    <message>
        <source>Add tag</source>
        <translation>添加标签</translation>
    </message>
</context>
<context>
    <name>Teams</name>
    <message>
        <source>They see and change each other&apos;s customers</source>
        <translation>组内成员可以查看和修改彼此的客户</translation>
    </message>
    <message>
        <source>Not those of teams below it. Directors and auditors among them only see.</source>
        <translation>不含下级团队。其中的总监和审计员只能查看。</translation>
    </message>
</context>
<context>
    <name>TeamsPart</name>
    <message>
        <source>Teams</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>New team</source>
        <translation>新增团队</translation>
    </message>
    <message>
        <source>A manager of a team also leads those below it.</source>
        <translation>团队的经理同时负责其下级团队。</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>改名…</translation>
    </message>
    <message>
        <source>Part of</source>
        <translation>上级团队</translation>
    </message>
    <message>
        <source>New team below</source>
        <translation>新增下级团队</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Team or person…</source>
        <translation>团队或人员…</translation>
    </message>
    <message>
        <source>No team is called that, and nobody of that name is in one.</source>
        <translation>没有这样的团队，团队里也没有这个人。</translation>
    </message>
    <message>
        <source>There are no teams yet.</source>
        <translation>还没有团队。</translation>
    </message>
    <message numerus="yes">
        <source>%n person(s)</source>
        <translation>
            <numerusform>%n 人</numerusform>
        </translation>
    </message>
    <message>
        <source>shares its books</source>
        <translation>组内共享</translation>
    </message>
    <message>
        <source>no other team</source>
        <translation>没有上级</translation>
    </message>
    <message>
        <source>Nobody works here.</source>
        <translation>还没有成员。</translation>
    </message>
    <message>
        <source>%1 shares its books now</source>
        <translation>%1 已开启组内共享</translation>
    </message>
    <message>
        <source>%1 shares its books no longer</source>
        <translation>%1 已关闭组内共享</translation>
    </message>
    <message>
        <source>No other team</source>
        <translation>没有上级</translation>
    </message>
    <message>
        <source>%1 is part of %2 now</source>
        <translation>%1 的上级现在是 %2</translation>
    </message>
    <message>
        <source>%1 is part of no other team now</source>
        <translation>%1 现在没有上级</translation>
    </message>
    <message>
        <source>Another name for %1</source>
        <translation>为 %1 改名</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>改名</translation>
    </message>
    <message>
        <source>%1 is called %2 now</source>
        <translation>%1 已改名为 %2</translation>
    </message>
    <message>
        <source>The team %1 is there now</source>
        <translation>已新增团队 %1</translation>
    </message>
</context>
<context>
    <name>Today</name>
    <message>
        <source>Overdue</source>
        <translation>逾期</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今日</translation>
    </message>
    <message>
        <source>Next seven days</source>
        <translation>未来七天</translation>
    </message>
    <message>
        <source>Follow up</source>
        <translation>跟进</translation>
    </message>
    <message>
        <source>Task of your own</source>
        <translation>自己的任务</translation>
    </message>
    <message>
        <source>Whose</source>
        <translation>谁的</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>我的</translation>
    </message>
    <message>
        <source>Team</source>
        <translation>团队</translation>
    </message>
    <message>
        <source>Log visit</source>
        <translation>记录拜访</translation>
    </message>
    <message>
        <source>Look at them</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Your permissions have changed. Check them and confirm them.</source>
        <translation>您的权限有变化，请核对并确认。</translation>
    </message>
    <message>
        <source>Check what you may see and do here, and confirm it.</source>
        <translation>请核对您的权限并确认。</translation>
    </message>
    <message>
        <source>Due today</source>
        <translation>今天到期</translation>
    </message>
    <message>
        <source>Visits this week</source>
        <translation>本周拜访</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>To do</source>
        <translation>待办</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Postpone</source>
        <translation>延后</translation>
    </message>
    <message>
        <source>Postpone to</source>
        <translation>延后到</translation>
    </message>
    <message>
        <source>+3, Wed, 11-30…</source>
        <translation>+3、周三、11-30…</translation>
    </message>
    <message>
        <source>Needs you</source>
        <translation>需要您处理</translation>
    </message>
    <message>
        <source>Logged last</source>
        <translation>最近拜访</translation>
    </message>
    <message>
        <source>No visits yet. F6 logs the first one.</source>
        <translation>还没有拜访。按 F6 记录第一次。</translation>
    </message>
    <message>
        <source>No customers yet. Ctrl+N on the customers page adds the first one.</source>
        <translation>还没有客户。在客户页按 Ctrl+N 新建第一家。</translation>
    </message>
    <message>
        <source>Nothing is due in the next seven days.</source>
        <translation>未来七天没有到期的事。</translation>
    </message>
    <message>
        <source>promises past their day</source>
        <translation>已过期的承诺</translation>
    </message>
    <message>
        <source>all kept</source>
        <translation>全部兑现</translation>
    </message>
    <message>
        <source>follow-ups and tasks</source>
        <translation>跟进和任务</translation>
    </message>
    <message>
        <source>since Monday</source>
        <translation>周一以来</translation>
    </message>
    <message>
        <source>in your book</source>
        <translation>在您名下</translation>
    </message>
    <message>
        <source>in your teams&apos; books</source>
        <translation>在您的团队名下</translation>
    </message>
    <message numerus="yes">
        <source>%n thing(s) to decide</source>
        <translation>
            <numerusform>%n 件事待决定</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) refused by the server</source>
        <translation>
            <numerusform>%n 处修改被服务器拒绝</numerusform>
        </translation>
    </message>
    <message>
        <source>Working alone. Everything is on this laptop.</source>
        <translation>独立使用，全部内容都在本机。</translation>
    </message>
    <message>
        <source>Not synced yet.</source>
        <translation>还没有同步过。</translation>
    </message>
    <message>
        <source>Synced %1.</source>
        <translation>%1已同步。</translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) unsent.</source>
        <translation>
            <numerusform>%n 处修改未发送。</numerusform>
        </translation>
    </message>
    <message>
        <source>Done: %1</source>
        <translation>已完成：%1</translation>
    </message>
    <message>
        <source>This is no date that I know.</source>
        <translation>看不懂这个日期。</translation>
    </message>
    <message>
        <source>Postponed to %1: %2</source>
        <translation>已延后到 %1:%2</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
</context>
<context>
    <name>Trouble</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>怎么办</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>错误代码</translation>
    </message>
</context>
<context>
    <name>Unlock</name>
    <message>
        <source>Your data is locked</source>
        <translation>您的数据已锁定</translation>
    </message>
    <message>
        <source>Your passphrase opens it on this laptop.</source>
        <translation>输入本机密码即可在这台电脑上打开。</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>本机密码</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
</context>
<context>
    <name>VisitSheet</name>
    <message>
        <source>Log a visit</source>
        <translation>记录拜访</translation>
    </message>
    <message>
        <source>Your draft, not saved yet</source>
        <translation>上次的草稿，尚未保存</translation>
    </message>
    <message>
        <source>Draft kept</source>
        <translation>草稿已保留</translation>
    </message>
    <message>
        <source>Draft kept. F6 brings it back.</source>
        <translation>草稿已保留，按 F6 可继续。</translation>
    </message>
    <message>
        <source>What was said, what was agreed…</source>
        <translation>谈了什么，约定了什么…</translation>
    </message>
    <message>
        <source>What you promised</source>
        <translation>您答应要做的事</translation>
    </message>
    <message>
        <source>+7, zs3, 11-30</source>
        <translation>+7、zs3、11-30</translation>
    </message>
    <message>
        <source>Another customer</source>
        <translation>换一个客户</translation>
    </message>
    <message>
        <source>Put away (Esc)</source>
        <translation>收起 (Esc)</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>附件</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Whom did you visit?</source>
        <translation>拜访了哪位客户？</translation>
    </message>
    <message>
        <source>Saved on this laptop</source>
        <translation>已保存在本机</translation>
    </message>
    <message>
        <source>Saved on this laptop. Next follow-up: %1</source>
        <translation>已保存在本机。下次跟进：%1</translation>
    </message>
</context>
<context>
    <name>WayBack</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation>已撤销</translation>
    </message>
    <message numerus="yes">
        <source>%n changed since stay as they are</source>
        <translation>
            <numerusform>此后修改过的 %n 条保持不变</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) handed over since stay with others</source>
        <translation>
            <numerusform>%n 条已移交他人，没有撤销</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Witness</name>
    <message>
        <source>up to %1</source>
        <translation>见证至 %1</translation>
    </message>
    <message>
        <source>contradicted by the server</source>
        <translation>与服务器矛盾</translation>
    </message>
    <message>
        <source>the server was restored; it forgot %1</source>
        <translation>服务器恢复过备份，遗失了 %1 的签名</translation>
    </message>
</context>
<context>
    <name>WitnessCard</name>
    <message>
        <source>The audit was contradicted</source>
        <translation>审计出现矛盾</translation>
    </message>
    <message>
        <source>The server contradicts its own audit</source>
        <translation>服务器与自己的审计记录矛盾</translation>
    </message>
    <message>
        <source>This laptop saw what the company signed on %1, and the server no longer stands by it. Its record of who did what was changed, or it was put back from a backup and no laptop has proven that yet. Your work goes on and is safe here. Tell your administrator; the laptop has told the server as well.</source>
        <translation>这台电脑见证过公司在 %1 的签名，但服务器现在不再承认它：操作记录被改动过，或者服务器从备份恢复而尚无电脑能够证明。您的工作照常进行，内容在本机是安全的。请告诉管理员；本机也已通知服务器。</translation>
    </message>
</context>
<context>
    <name>_Asking</name>
    <message>
        <source>This needs the server, and it can&apos;t be reached. Try again once there is a network.</source>
        <translation>这需要服务器，而现在连不上。有网络后请再试。</translation>
    </message>
    <message>
        <source>+7, zs3, 11-30…</source>
        <translation>+7、周三、11-30…</translation>
    </message>
</context>
<context>
    <name>_Banner</name>
    <message>
        <source>Decide</source>
        <translation>去处理</translation>
    </message>
    <message>
        <source>%1 decides; you can read this customer only.</source>
        <translation>由 %1 决定；您只能查看这个客户。</translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) with two values. Both are kept until somebody decides.</source>
        <translation>
            <numerusform>有 %n 个字段各有两个值，处理之前两个值都会保留。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Chosen</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>me</source>
        <translation>我</translation>
    </message>
    <message>
        <source>the pool</source>
        <translation>公海</translation>
    </message>
</context>
<context>
    <name>_Codes</name>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
</context>
<context>
    <name>_Counted</name>
    <message numerus="yes">
        <source>%n day(s) overdue</source>
        <translation>
            <numerusform>逾期 %n 天</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s) ago</source>
        <translation>
            <numerusform>%n 分钟前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) ago</source>
        <translation>
            <numerusform>%n 小时前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n 天前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conflict(s)</source>
        <translation>
            <numerusform>%n 处冲突</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n 个附件</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Dot</name>
    <message>
        <source>Not sent yet</source>
        <translation>尚未发送</translation>
    </message>
</context>
<context>
    <name>_Industries</name>
    <message>
        <source>Customers of every industry</source>
        <translation>所有行业的客户</translation>
    </message>
    <message>
        <source>Add an industry…</source>
        <translation>添加行业…</translation>
    </message>
</context>
<context>
    <name>_Line</name>
    <message>
        <source>What to change</source>
        <translation>修改什么</translation>
    </message>
    <message>
        <source>Choose a field…</source>
        <translation>选择字段…</translation>
    </message>
    <message>
        <source>Put a tag on</source>
        <translation>加上标签</translation>
    </message>
    <message>
        <source>Take a tag off</source>
        <translation>去掉标签</translation>
    </message>
    <message>
        <source>Leave this out</source>
        <translation>不改这一项</translation>
    </message>
</context>
<context>
    <name>_ListPart</name>
    <message>
        <source>Spreadsheet…</source>
        <translation>导出表格…</translation>
    </message>
</context>
<context>
    <name>_Similar</name>
    <message>
        <source>Perhaps here already:</source>
        <translation>可能已有这家客户：</translation>
    </message>
</context>
<context>
    <name>_Typed</name>
    <message>
        <source>days</source>
        <translation>天</translation>
    </message>
    <message>
        <source>-30, +7, 11-30…</source>
        <translation>-30、+7、11-30…</translation>
    </message>
    <message>
        <source>today</source>
        <translation>今天</translation>
    </message>
</context>
<context>
    <name>_Words</name>
    <message numerus="yes">
        <source>and %n more to do</source>
        <translation>
            <numerusform>另有 %n 件待办</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>No visit for %n day(s)</source>
        <translation>
            <numerusform>已 %n 天没有拜访</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n promise(s) overdue</source>
        <translation>
            <numerusform>%n 件承诺已逾期</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 delivered and not paid</source>
        <translation>已发货未回款 %1</translation>
    </message>
    <message numerus="yes">
        <source>“%1” should have closed %n day(s) ago</source>
        <translation>
            <numerusform>“%1”已超过预计成交日 %n 天</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>“%1” ends in %n day(s)</source>
        <translation>
            <numerusform>“%1”还有 %n 天到期</numerusform>
        </translation>
    </message>
    <message>
        <source>The last talk was a complaint</source>
        <translation>最近一次沟通是投诉</translation>
    </message>
    <message numerus="yes">
        <source>%n ticket(s) open</source>
        <translation>
            <numerusform>%n 张工单未解决</numerusform>
        </translation>
    </message>
    <message>
        <source>The last visit found a problem</source>
        <translation>最近一次拜访发现了问题</translation>
    </message>
</context>
<context>
    <name>briefing</name>
    <message>
        <source>Before the visit</source>
        <translation>拜访前须知</translation>
    </message>
</context>
<context>
    <name>customers</name>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Stage</source>
        <translation>阶段</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>负责人</translation>
    </message>
    <message>
        <source>Last visit</source>
        <translation>最近拜访</translation>
    </message>
    <message>
        <source>Next follow-up</source>
        <translation>下次跟进</translation>
    </message>
    <message>
        <source>not sent yet</source>
        <translation>未发送</translation>
    </message>
</context>
<context>
    <name>formats</name>
    <message>
        <source>today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>tomorrow</source>
        <translation>明天</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
</context>
<context>
    <name>story</name>
    <message>
        <source>not sent</source>
        <translation>未发送</translation>
    </message>
    <message>
        <source>Task done</source>
        <translation>任务已完成</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>File</source>
        <translation>附件</translation>
    </message>
    <message>
        <source>New contact</source>
        <translation>新建联系人</translation>
    </message>
    <message>
        <source>Visit</source>
        <translation>拜访</translation>
    </message>
    <message>
        <source>next: %1</source>
        <translation>下一步：%1</translation>
    </message>
</context>
</TS>
